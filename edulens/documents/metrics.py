"""Every metric and every table in words, family by family, from the registry."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from datetime import date, datetime
from inspect import Parameter
from typing import TypeVar

from data.facts import Look
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import load_all
from metrics.foundation.question import Question, bearing, variables_of
from metrics.foundation.registry import REGISTRY, TABLES, Described, Metric, Table

# The way of a family through the institution; what several stand on comes last.
FAMILIES = (
    "acquisition", "leads", "activities", "visitors", "spread", "service", "renewal", "referral",
    "people", "plans", "foundation",
)  # fmt: skip
_Entry = TypeVar("_Entry", Metric, Table)
_KINDS = {
    "count": "A count",
    "sum": "A sum",
    "proportion": "A share of units",
    "ratio": "A ratio of two sums",
    "duration": "A duration",
}
_UNITS = {"cny": ", in yuan", "ratio": ""}
_GRAINS = {"spend": "a row of spend"}
_FILTERS = {"period": "days", "channels": "channels", "course_lines": "course lines"}
_CITED = re.compile(r'METRICS, ("[^"]+"(?:, "[^"]+")*|rule \d+)')


def families() -> str:
    """One section a family, with its metrics and its tables."""
    load_all()
    return "\n\n".join(_family(name) for name in FAMILIES)


def _family(name: str) -> str:
    module = importlib.import_module(f"metrics.{name}")
    _title, _colon, about = (module.__doc__ or "").partition("\n")[0].partition(": ")
    parts = [f"### {name.capitalize()}", f"{about[:1].upper()}{about[1:]}"]
    parts += [_metric(entry) for entry in of_family(REGISTRY, name)]
    tables = of_family(TABLES, name)
    if tables:
        parts.append(f"#### Tables of {name}")
        parts.append("\n".join(_table(entry) for entry in tables))
    return "\n\n".join(parts)


def of_family(entries: Mapping[str, _Entry], name: str) -> list[_Entry]:
    """The entries of a family as they stand in its files."""
    return sorted(
        (entry for entry in entries.values() if entry.family == name),
        key=lambda entry: (entry.made_by.__module__, entry.made_by.__code__.co_firstlineno),
    )


def _metric(entry: Metric) -> str:
    kind = _KINDS[entry.kind] + _UNITS.get(entry.unit, f", in {entry.unit}")
    lines = [
        f"#### `{entry.name}` · {entry.title}\n",
        f"{entry.definition}\n",
        f"- {kind}; one unit is {_a(entry.grain)}.",
        f"- Sources: {', '.join(f'`{name}`' for name in dict.fromkeys(entry.sources))}.",
        f"- Filters that bear on it: campuses, {', '.join(_bearing(entry))}.",
    ]
    if entry.options:
        lines.append(f"- Options: {_options(entry)}.")
    if cited := references(entry):
        lines.append(f"- References: {_linked(cited)}")
    return "\n".join(lines)


def _table(entry: Table) -> str:
    options = f" Options: {_options(entry)}." if entry.options else ""
    gated = " Shown in the application only, for a reason given." if entry.gated else ""
    return f"- `{entry.name}`, one row per {entry.grain}: {entry.definition}{options}{gated}"


def _a(grain: str) -> str:
    noun = grain.replace("_", " ")
    return _GRAINS.get(grain, f"an {noun}" if noun[0] in "aeiou" else f"a {noun}")


def _options(entry: Described) -> str:
    """Each option with its default; one without a default must be given."""
    return ", ".join(
        f"`{name}`" if default is Parameter.empty else f"`{name}` = {default!r}"
        for name, default in entry.options.items()
    )


def _bearing(entry: Metric) -> list[str]:
    found = bearing(variables_of(Question(entry), _SOMEBODY))
    return [words for name, words in _FILTERS.items() if name in found]


_A_DAY = Period(start=date(2026, 1, 1), end=date(2026, 1, 2))
_SOMEBODY = Look(
    Scope(
        user="", role="manager", campuses=EVERY_CAMPUS,
        as_of=datetime(2026, 1, 1),  # noqa: DTZ001  # UTC without zone, as everywhere
    ),
    Filters(period=_A_DAY),
)  # fmt: skip


def references(entry: Described) -> str:
    """What the docstring refers to, in one line; "" where it refers to nothing."""
    text = inspect.getdoc(entry.made_by) or ""
    _before, _heading, said = text.partition("References\n----------\n")
    return " ".join(said.split("\n\n")[0].split())


def _linked(cited: str) -> str:
    """References with links to the entries and rules of the page."""

    def link(match: re.Match[str]) -> str:
        names = re.findall(r'"([^"]+)"', match[1])
        if not names:
            return f"{match[1]} above"  # their headings go on after the number
        return ", ".join(f"[{name}](#{anchor(name)})" for name in names)

    return _CITED.sub(link, cited)


def anchor(heading: str) -> str:
    """The address of a heading in a page, as it is shown on the web."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")
