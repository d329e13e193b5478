"""Layouts: the files of one source's export, their columns, and how sensitive each column is.

[layout]
name = "shop"                    # title = "..."
unknown_columns = "refuse"       # or "drop" (reported), or "keep": staged as text, a proposal of the mapping
# unknown_tag = "health"         # what kept unknown columns are masked like
# encoding = "cp1252"            # found by evidence where nothing is said
# null = ["NULL", "?"]           # spellings of no value, beside the empty cell
# beside = ["documents"]         # what lies at the top of an export and holds no records: files that records name

[[object]]                       # an object may say unknown_columns, unknown_tag, encoding and null for itself
name = "customers"
file = "customers_*.csv"         # a path inside the export; * and ? make pieces or a folder per patient one object
key = ["id"]
required = true                  # false: an export without the file has no such records
format = "csv"                   # csv (delimiter) | jsonl | json (records = "path.to.list") | xlsx (sheet) |
                                 # fhir (resource = "Patient")
# also = [{ file = "customers_*.json", format = "json", records = "items" }]   # the same records in another form
[object.columns]
id = { type = "id", tag = "id" }                                             # types and tags: see `values`
# of JSON also: phone = { type = "text", path = "telecom[system=phone].value" }, or path = "a.b", or "a[0].b"
patient = { type = "id", path = "@folder" }                                  # or @file: where the record lies
born = { type = "date", tag = "birth", required = false, written = "%d-%m-%Y" }   # written: nobody has to ask
"cf:*" = { type = "text", tag = "contact" }                                  # any columns of such names
"""

from workbench.layout.reading import read_layout
from workbench.layout.values import COLUMN_TYPES, FORMATS, UNKNOWN_COLUMNS, Layout, LayoutColumn, LayoutObject

__all__ = ["COLUMN_TYPES", "FORMATS", "UNKNOWN_COLUMNS", "Layout", "LayoutColumn", "LayoutObject", "read_layout"]
