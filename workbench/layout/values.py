"""What a layout says, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from workbench.layout.api import Api, Endpoint
from workbench.model import NEVER_STAGED

COLUMN_TYPES = ("id", "text", "integer", "decimal", "date", "datetime", "boolean")
UNKNOWN_COLUMNS = ("refuse", "drop", "keep")
FORMATS = ("csv", "jsonl", "json", "xlsx", "fhir")
# What nobody has looked at yet is masked like the most private there is.
UNKNOWN_TAG = "health"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutColumn:
    """One column: what its values are, and what they give away about a person.

    Attributes:
        path: Where its value stands inside a JSON record, such as `telecom[system=phone].value`; empty for its name.
        is_required: A file without this column is refused; otherwise the column is staged empty.
        written: How its values are written where the source is known for it, such as `%d-%m-%Y`; see
            `workbench.conventions`. Empty where the values themselves have to show it.
        is_open: The layout does not name it; the export brought it.
    """

    name: str
    type: str
    tag: str = "none"
    path: str = ""
    is_required: bool = True
    written: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether the column is dropped while the source is read: a secret, or a prediction that is stale by then."""
        return self.tag in NEVER_STAGED

    @property
    def place(self) -> str:
        """Where its value stands in a record."""
        return self.path or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutObject:
    """One object of the export, and the file or files that hold its records.

    Attributes:
        file: Path inside the export; `*` and `?` stand for any characters, so that numbered pieces and a folder per
            patient are one object.
        key: Columns that tell its records apart; empty where the source gives them no id.
        is_required: An export without this file is refused; otherwise the object is staged without rows.
        format: One of `FORMATS`.
        records: Of JSON, the path of the list that holds the records; empty where the document is that list.
        sheet: Of a workbook, the sheet's name; empty for its only one.
        resource: Of FHIR, the type of resource that is read.
        encoding: Python codec of its files, empty where it is found by evidence.
        delimiter: Of CSV, empty where it is found by evidence.
        null: Spellings that mean no value, beside the empty cell.
        unknown_columns: One of `UNKNOWN_COLUMNS`.
        unknown_tag: Tag of the unknown columns that are kept.
        open_columns: What is known of columns whose names are not, by a pattern such as `cf:*`.
        also: The object as it is read where the export came in another form: other files of another format with the
            same columns. Each only as far as `forms` goes.
    """

    name: str
    file: str
    key: tuple[str, ...]
    is_required: bool
    columns: dict[str, LayoutColumn]
    format: str = "csv"
    records: str = ""
    sheet: str = ""
    resource: str = ""
    encoding: str = ""
    delimiter: str = ""
    null: tuple[str, ...] = ()
    unknown_columns: str = "refuse"
    unknown_tag: str = UNKNOWN_TAG
    open_columns: dict[str, LayoutColumn] = field(default_factory=dict)
    also: tuple[LayoutObject, ...] = ()

    @property
    def forms(self) -> tuple[LayoutObject, ...]:
        """The forms an export may come in, the usual one first; an export has one of them."""
        return (self, *self.also)

    @property
    def kept(self) -> list[str]:
        """Columns that are staged, in the layout's order: all but the secret ones."""
        return [column.name for column in self.columns.values() if not column.is_secret]

    def find_column(self, name: str) -> LayoutColumn | None:
        """What is known of a column of that name; null where it is not to be staged or not even to be there."""
        if name in self.columns:
            return self.columns[name]
        for pattern, column in self.open_columns.items():
            if fnmatchcase(name, pattern):
                return replace(column, name=name, is_required=False, is_open=True)
        if self.unknown_columns == "keep":
            return LayoutColumn(name=name, type="text", tag=self.unknown_tag, is_required=False, is_open=True)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The files of one source's export.

    Attributes:
        unknown_columns: `refuse` a file with a column the layout does not name, `drop` the column and report it, or
            `keep` it as text; what an object says of its own goes first.
        encoding: Python codec of every file, empty where it is found by evidence.
        api: How the same objects are asked for over HTTP; null where the layout does not say.
        beside: Files and folders at the top of an export that hold no records: its manifest, files that records name.
    """

    name: str
    title: str
    unknown_columns: str
    encoding: str
    objects: dict[str, LayoutObject]
    api: Api | None = None
    beside: tuple[str, ...] = ()

    def column(self, name: str, column: str) -> LayoutColumn:
        """The column of that object."""
        return self.objects[name].columns[column]

    def widen(self, found: Mapping[str, Iterable[str]]) -> Layout:
        """The layout with the open columns an export brought, after those it names itself.

        Args:
            found: Names of the staged columns of each object, `_row` and such among them or not.
        """
        objects = {name: _widen(row, found.get(name, ())) for name, row in self.objects.items()}
        return replace(self, objects=objects)

    def as_extracted(self) -> Layout:
        """The layout of what `workbench extract` writes: the objects of the API as JSON lines, one file each."""
        endpoints = self.api.endpoints if self.api else {}
        extracted = {name: _extract(self.objects[name], endpoint) for name, endpoint in endpoints.items()}
        folders = [endpoint.attachments.folder for endpoint in endpoints.values() if endpoint.attachments]
        beside = tuple(dict.fromkeys([*self.beside, "manifest.json", *folders]))
        return replace(self, objects=self.objects | extracted, beside=beside)


def _extract(row: LayoutObject, endpoint: Endpoint) -> LayoutObject:
    columns = {
        name: replace(
            column,
            path=endpoint.paths.get(name, column.path),
            written=endpoint.written.get(name, column.written),
        )
        for name, column in row.columns.items()
    }
    # An object without records leaves no file; that every endpoint was asked is what the manifest says.
    return replace(
        row, file=f"{row.name}.jsonl", format="jsonl", records="", sheet="", resource="", encoding="utf-8",
        delimiter="", is_required=False, columns=columns, also=(),
    )  # fmt: skip


def _widen(row: LayoutObject, found: Iterable[str]) -> LayoutObject:
    new = [name for name in found if name not in row.columns and not name.startswith("_")]
    known = {name: column for name in new if (column := row.find_column(name))}
    return replace(row, columns=row.columns | known) if known else row
