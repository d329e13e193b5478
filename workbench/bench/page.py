"""What the bench found as one page that needs nothing beside it."""

from __future__ import annotations

from html import escape

from workbench.shown import Shown

TITLE = "The same records through the same faults"
_STYLE = (
    "body{margin:0;color:#1b2733;background:#fff;font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "main{max-width:80rem;margin:auto;padding:1rem 1.25rem 3rem}h1{font-size:1.5rem;margin:.5rem 0}"
    "h2{font-size:1.05rem;margin:2rem 0 .5rem}.head,dd{max-width:52rem}.head{color:#4a5763}dt{font-weight:600}"
    "dd{margin:0 0 .75rem}code{overflow-wrap:anywhere}.wb-shown tbody td:first-child{white-space:nowrap}"
    ".wb-shown .wb-words{min-width:11em}"
    "@media(max-width:40em){.wb-shown .wb-words{min-width:30em}}"  # it is scrolled to in any case
)


def build_page(tables: list[Shown], *, head: list[str], notes: list[tuple[str, str]]) -> str:
    """The page.

    Args:
        head: The command first, then what it ran on.
        notes: What each is about, and the note.
    """
    styles = "".join(dict.fromkeys([*(table.style for table in tables), _STYLE]))
    command, *facts = map(escape, head)
    told = "".join(f"<dt>{escape(about)}</dt><dd>{escape(note)}</dd>" for about, note in notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLE}</title><style>{styles}</style></head><body><main><h1>{TITLE}</h1>"
        f'<p class="head"><code>{command}</code><br>{"<br>".join(facts)}</p>'
        f"{''.join(table.html for table in tables)}<h2>Fairness</h2><dl>{told}</dl></main></body></html>\n"
    )
