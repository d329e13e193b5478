"""The report of a run as one self-contained page: what its notebook says and shows, without code, script or request."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from workbench.engagement import TEMPLATES, RunFolder
from workbench.progress import MARKER
from workbench.run_record import FAILED, RunRecord
from workbench.shown import say_hours

# The form of an output that is shown, best first; a picture is embedded, so that its ids and styles stay its own.
FORMS = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain")
_TITLE = re.compile(r"\A\s*#\s+(?P<title>.+?)\s*#*\s*(?:\n|\Z)")
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One thing a reader sees.

    Attributes:
        kind: How the template shows it: words, html, picture, said, warning or error.
        content: Markup for words and html, an address for a picture, else plain text.
        name: What a picture shows, or the error in one line.
    """

    kind: str
    content: str
    name: str = ""


def render_report(notebook: NotebookNode, *, run: RunFolder, record: RunRecord) -> str:
    """The page of a finished run.

    Markdown is escaped. Only `text/html` outputs stand as they are, for they come from our own functions, and the
    content security policy of the page lets nothing in them run or be fetched.

    Args:
        notebook: The executed notebook, scrubbed.
    """
    words = _Words()
    title, lead, cells = _take_opening(notebook)
    shown = _choose_cells(cells, is_failed=record.status == FAILED)
    blocks = [block for cell, outputs in shown for block in _show_cell(cell, outputs, words)]
    return _TEMPLATES.get_template("report.html.j2").render(
        title=title or run.stage.title,
        lead=words.render(lead),
        run=run,
        record=record,
        blocks=_share_styles(blocks),
        headings=words.headings,
        ended_in=_find_section(notebook, record.cell),
        started=_say_moment(datetime.fromisoformat(record.started)),
        took=_say_duration(record),
        told={name: value for name, value in record.parameters.items() if name != "run"},
    )


class _Words(IPythonRenderer):
    """Markdown to HTML without raw HTML; gives headings an address and remembers them for the contents."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
        self.headings: list[dict[str, object]] = []

    def render(self, source: str) -> Markup:
        return Markup(MarkdownWithMath(renderer=self).render(source))

    def heading(self, text: str, level: int, **attrs: object) -> str:
        level = max(level, 2)  # the page has one title, which is not here
        self.headings.append({"id": f"part-{len(self.headings) + 1}", "level": level, "text": Markup(text)})
        return f'<h{level} id="{self.headings[-1]["id"]}">{text}</h{level}>\n'


def _take_opening(notebook: NotebookNode) -> tuple[str, str, list[NotebookNode]]:
    """The notebook's title, the words under it, and its other cells; no title where it opens otherwise."""
    first, *rest = notebook.cells
    found = _TITLE.match(first.source) if first.cell_type == "markdown" else None
    return (found["title"], first.source[found.end() :], rest) if found else ("", "", notebook.cells)


def _choose_cells(cells: list[NotebookNode], *, is_failed: bool) -> list[tuple[NotebookNode, list[NotebookNode]]]:
    """The cells a reader sees, each with the outputs that are shown.

    Words right before code that shows nothing go with it: without its code there is nothing to introduce.
    """
    chosen, follows_code, shows = [], False, False
    for cell in reversed(cells):
        if cell.cell_type == "code":
            outputs = [output for output in cell.outputs if is_failed or MARKER not in output.get("metadata", {})]
            follows_code, shows = True, shows or bool(outputs)
            chosen.append((cell, outputs))
        elif cell.cell_type == "markdown":
            if shows or not follows_code:
                chosen.append((cell, []))
            follows_code, shows = False, False
    return chosen[::-1]


def _show_cell(cell: NotebookNode, outputs: list[NotebookNode], words: _Words) -> list[Block]:
    if cell.cell_type == "markdown":
        return [Block(kind="words", content=words.render(cell.source))]
    return [_show_output(output, words) for output in outputs]


def _show_output(output: NotebookNode, words: _Words) -> Block:
    if output.output_type == "stream":
        return Block(kind="warning" if output.name == "stderr" else "said", content=output.text)
    if output.output_type == "error":
        return Block(kind="error", content="\n".join(output.traceback), name=f"{output.ename}: {output.evalue}")
    form = next((form for form in FORMS if form in output.data), "")
    content = output.data.get(form, "Something this report cannot show.")
    if form == "text/html":
        return Block(kind="html", content=Markup(content))
    if form == "text/markdown":
        return Block(kind="words", content=words.render(content))
    if form.startswith("image/"):
        return Block(kind="picture", content=_to_address(form, content), name=output.data.get("text/plain", "Picture"))
    return Block(kind="said", content=content)


def _to_address(form: str, content: str) -> str:
    """A picture as a data address; Jupyter hands SVG over as text and the others in base64."""
    encoded = base64.b64encode(content.encode()).decode() if form == "image/svg+xml" else "".join(content.split())
    return f"data:{form};base64,{encoded}"


def _share_styles(blocks: list[Block]) -> list[Block]:
    """The same blocks with each stylesheet only where it comes first; every table brings its own copy."""
    seen: set[str] = set()

    def keep_first(style: re.Match[str]) -> str:
        is_new = style[0] not in seen
        seen.add(style[0])
        return style[0] if is_new else ""

    return [
        Block(kind="html", content=Markup(_STYLE.sub(keep_first, block.content))) if block.kind == "html" else block
        for block in blocks
    ]


def _find_section(notebook: NotebookNode, cell: int | None) -> str:
    """The heading above a cell, empty where there is none."""
    above = [each.source for each in notebook.cells[: cell or 0] if each.cell_type == "markdown"]
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*#*$", "\n".join(above), re.MULTILINE)
    return headings[-1] if headings else ""


def _say_moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _say_duration(record: RunRecord) -> str:
    ran = datetime.fromisoformat(record.ended) - datetime.fromisoformat(record.started)
    return say_hours(ran.total_seconds() / 3600)


_TEMPLATES = Environment(
    loader=FileSystemLoader(TEMPLATES / "report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
