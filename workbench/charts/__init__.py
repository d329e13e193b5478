"""Pictures a customer reads, each with a sentence that says the same. The only importer of matplotlib."""

from workbench.charts.load import outcomes_per_object, phase_order, quota_forecast, row_outcomes
from workbench.charts.scoping import timeline
from workbench.charts.source import field_types, fill_rates, record_counts

__all__ = [
    "field_types",
    "fill_rates",
    "outcomes_per_object",
    "phase_order",
    "quota_forecast",
    "record_counts",
    "row_outcomes",
    "timeline",
]
