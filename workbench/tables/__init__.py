"""What a customer reads: one function a table, each from a frame of `workbench.model` to what a notebook shows.

Every table is masked, escaped and equal byte for byte between two renders. A frame longer than a customer reads is
cut, says so, and names the file that has the rest.
"""

from workbench.tables.budget import show_durations, show_requests, show_savings
from workbench.tables.closing import (
    show_approvals,
    show_documents,
    show_facts,
    show_freshsales_names,
    show_inventories,
    show_losses,
)
from workbench.tables.cutover import (
    show_conflicts,
    show_deleted_in_tenant,
    show_held_roots,
    show_retry,
    show_rounds,
    show_source_proof,
)
from workbench.tables.described import show_conventions, show_formula_differences, show_formulas, show_segments
from workbench.tables.examining import show_audit, show_duplicates, show_likely_duplicates, show_likeness, show_plan_fit
from workbench.tables.load import (
    show_counts,
    show_diff,
    show_held,
    show_imports,
    show_sample,
)
from workbench.tables.mapping import (
    show_objects,
    show_proposals,
    show_row_outcomes,
    show_schema_plan,
)
from workbench.tables.owners import show_owners, show_roster
from workbench.tables.reconcile import (
    show_delta,
    show_diff_summary,
    show_fill,
    show_owner_rates,
    show_proof,
    show_rollback,
    show_rollback_limits,
    show_rollback_preview,
    show_unrestored,
    show_validation,
)
from workbench.tables.scoping import show_notes, show_plan_needs, show_quote, show_tallies, show_timeline
from workbench.tables.source import (
    show_files,
    show_forecast,
    show_gaps,
    show_grade,
    show_inventory,
    show_rejected,
    show_relationships,
)
from workbench.tables.uploads import show_uploads, show_uploads_found

__all__ = [
    "show_approvals",
    "show_audit",
    "show_conflicts",
    "show_conventions",
    "show_counts",
    "show_deleted_in_tenant",
    "show_delta",
    "show_diff",
    "show_diff_summary",
    "show_documents",
    "show_duplicates",
    "show_durations",
    "show_facts",
    "show_files",
    "show_fill",
    "show_forecast",
    "show_formula_differences",
    "show_formulas",
    "show_freshsales_names",
    "show_gaps",
    "show_grade",
    "show_held",
    "show_held_roots",
    "show_imports",
    "show_inventories",
    "show_inventory",
    "show_likely_duplicates",
    "show_likeness",
    "show_losses",
    "show_notes",
    "show_objects",
    "show_owner_rates",
    "show_owners",
    "show_plan_fit",
    "show_plan_needs",
    "show_proof",
    "show_proposals",
    "show_quote",
    "show_rejected",
    "show_relationships",
    "show_requests",
    "show_retry",
    "show_rollback",
    "show_rollback_limits",
    "show_rollback_preview",
    "show_roster",
    "show_rounds",
    "show_row_outcomes",
    "show_sample",
    "show_savings",
    "show_schema_plan",
    "show_segments",
    "show_source_proof",
    "show_tallies",
    "show_timeline",
    "show_unrestored",
    "show_uploads",
    "show_uploads_found",
    "show_validation",
]
