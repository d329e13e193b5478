"""Quota used over time: the hours as the tenant counts them, and the minutes of one of them, drawn as bars."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

from workbench.sandbox.page.journal import IS_CALL
from workbench.sandbox.page.look import Look
from workbench.sandbox.page.overview import read_quota
from workbench.sandbox.page.reader import Reader
from workbench.sandbox.page.values import show_clock
from workbench.sandbox.quota import HOUR, MINUTE

MOST_HOURS = 48
MINUTES = 60
WIDTH, HEIGHT = 960.0, 240.0
GAP = 0.25
# How high the highest bar or the limit may stand, as a part of the chart.
HEADROOM = 0.9
# What opens an hour: the first call that costs quota.
OPENING = "SELECT seq, at FROM journal WHERE seq >= ? AND cost > 0 ORDER BY seq LIMIT 1"
COUNTS = f"coalesce(sum({IS_CALL}), 0), coalesce(sum(cost), 0), coalesce(sum(status = 429), 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time with the calls in it.

    Attributes:
        start: Seconds on the client's clock.
        cost: Quota used.
        turned_away: Calls answered with 429.
    """

    start: float
    calls: int
    cost: int
    turned_away: int


def show_quota(look: Look) -> tuple[str, dict[str, Any]]:
    """The quota of the latest hours, and of the minutes of one of them."""
    scale = look.tenant.time_scale
    hours = list_hours(look.reader, length=HOUR / scale)
    shown = hours[-MOST_HOURS:]
    first = len(hours) - len(shown)
    chosen = min(look.number("hour", len(hours)), len(hours))
    minutes = list_minutes(look.reader, hours[chosen - 1].start, length=MINUTE / scale) if hours else []
    quota = read_quota(look)
    per_minute = look.tenant.settings.switches.per_minute
    return "quota.html", {
        "quota": quota,
        "hours": [_row(look, span, first + n) for n, span in enumerate(shown, start=1)],
        "hour_chart": draw_bars([span.cost for span in shown], limit=quota["per_hour"]),
        "minutes": [_row(look, span, n) for n, span in enumerate(minutes, start=1)],
        "minute_chart": draw_bars([span.cost for span in minutes], limit=per_minute),
        "per_minute": per_minute,
        "chosen": chosen,
        "earlier": first,
        "links": [look.turn(hour=first + n) for n in range(1, len(shown) + 1)],
        "totals": {"calls": sum(span.calls for span in hours), "cost": sum(span.cost for span in hours)},
        "scale": scale,
    }


def list_hours(reader: Reader, *, length: float) -> list[Span]:
    """The hours of the quota, the first first: each opens with the first call after the last one closed.

    Args:
        length: Seconds of the client's clock in an hour of tenant time.
    """
    last = reader.ask("SELECT coalesce(max(seq), 0) FROM journal")[0][0]
    hours, seq = [], 1
    while opening := reader.ask(OPENING, (seq,)):
        first, start = opening[0]
        # Calls stand in the order they were answered in, so the end of an hour is found without reading all of it.
        end = bisect.bisect_left(range(last + 1), start + length, lo=first, key=lambda each: _read_at(reader, each))
        seq = max(end, first + 1)
        hours.append(_sum(reader, start, first, seq))
    return hours


def list_minutes(reader: Reader, start: float, *, length: float) -> list[Span]:
    """The minutes of the hour that starts then, empty ones included."""
    rows = reader.ask(
        f"SELECT CAST((at - ?) / ? AS INT) AS minute, {COUNTS} FROM journal WHERE at >= ? AND at < ? GROUP BY minute",
        (start, length, start, start + MINUTES * length),
    )
    found = {row[0]: row[1:] for row in rows}
    spans = [(start + n * length, *found.get(n, (0, 0, 0))) for n in range(MINUTES)]
    return [Span(start=at, calls=calls, cost=cost, turned_away=away) for at, calls, cost, away in spans]


def draw_bars(values: list[int], *, limit: int) -> dict[str, Any]:
    """Where bars and the line of a limit stand in a chart.

    Args:
        limit: The value the line stands at, 0 for no line.
    """
    top = max([*values, limit, 1]) / HEADROOM
    step = WIDTH / max(len(values), 1)
    width = min(step * (1 - GAP), WIDTH / 12)
    bars = [
        {
            "x": round(n * step + (step - width) / 2, 1),
            "slot": round(n * step, 1),
            "width": round(width, 1),
            "step": round(step, 1),
            "height": round(max(value / top * HEIGHT, 1.5 if value else 0), 1),
        }
        for n, value in enumerate(values)
    ]
    ticks = [{"value": value, "y": round(HEIGHT - value / top * HEIGHT, 1)} for value in _choose_ticks(top)]
    line = {"value": limit, "y": round(HEIGHT - limit / top * HEIGHT, 1)} if limit else None
    return {"bars": bars, "ticks": ticks, "limit": line, "width": WIDTH, "height": HEIGHT}


def _choose_ticks(top: float) -> list[int]:
    """Three or four round values up the side of a chart."""
    size = 10 ** max(len(str(int(top))) - 1, 0)
    step = next(step for step in (size // 5, size // 2, size, size * 2, size * 5) if step and top / step <= 5)
    return list(range(0, int(top) + 1, step))


def _read_at(reader: Reader, seq: int) -> float:
    rows = reader.ask("SELECT at FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1", (seq,))
    return rows[0][0] if rows else float("inf")


def _sum(reader: Reader, start: float, first: int, end: int) -> Span:
    calls, cost, away = reader.ask(
        f"SELECT {COUNTS} FROM journal WHERE seq >= ? AND seq < ?",
        (first, end),
    )[0]
    return Span(start=start, calls=calls, cost=cost, turned_away=away)


def _row(look: Look, span: Span, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "at": show_clock(span.start, look.tenant.zone).text,
        "calls": span.calls,
        "cost": span.cost,
        "turned_away": span.turned_away,
    }
