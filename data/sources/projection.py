"""From files on the workbench to rows of our tables, by a mapping or by headers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from data.contracts import contract
from data.contracts.schema import Contract, Kind
from data.errors import InvalidInput
from data.landing.reading import named, quoted
from data.landing.segment import DAMAGE, LINE
from data.sources.headers import guess_table, match_headers
from data.sources.mapping import Mapping, TableMapping
from data.sources.workbench import Source, Workbench

_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"
# A spreadsheet would run text that begins so; exports put an apostrophe before it.
_RISKY = r"[=+\-@＝＋－＠\t\r]"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows for one of our tables: a query on the workbench whose columns are all text.

    ``columns`` gives contract column → header or expression; ``unmapped`` are the file's
    columns that nothing reads, ``unread_sheets`` its other sheets with rows.
    """

    contract: Contract
    sql: str
    files: tuple[str, ...]
    columns: dict[str, str]
    unmapped: tuple[str, ...]
    unread_sheets: tuple[str, ...] = ()


def parts_by_headers(bench: Workbench, sources: list[Source], table: str | None) -> list[Part]:
    """One part for the first table of a file, its columns told from their headers."""
    source = sources[0]
    title = f"{source.file} sheet {source.sheet}" if source.sheet else source.file
    rules = contract(table) if table else guess_table(source.columns, title)
    matched = match_headers(rules, source.columns)
    missing = [f"{name} ({rules.column(name).label})" for name in rules.key if name not in matched]
    if missing:
        raise InvalidInput(
            f"{title} must have the key of {rules.name}: no column is {', '.join(missing)}."
            f" Its columns are: {', '.join(source.columns[:20])}"
        )
    plan = TableMapping(
        table=rules.name,
        origin=source.view,
        columns={column: named(header) for column, header in matched.items()},
    )
    unmapped = tuple(name for name in source.columns if name not in matched.values())
    part = _part(
        bench,
        plan,
        source.kinds,
        files=(title,),
        columns=matched,
        unmapped=unmapped,
        is_bare=source.is_bare,
    )
    return [replace(part, unread_sheets=tuple(other.sheet for other in sources[1:]))]


def parts_by_mapping(bench: Workbench, sources: list[Source], mapping: Mapping) -> list[Part]:
    """A part for every table of the mapping."""
    known = _named_sources(bench, sources, mapping)
    for alias, sql in mapping.views.items():
        known[alias] = bench.name(alias, sql)
    files = tuple(dict.fromkeys(source.file for source in sources))
    unread = _unread(sources, mapping)
    parts = []
    for plan in mapping.tables:
        origin = plan.origin or next(iter(known))
        if origin not in known:
            raise InvalidInput(
                f"{plan.table} must be made from a file or view of the mapping, got {origin!r}"
            )
        keep = plan.properties
        if keep == ("*",):
            read = " ".join(plan.columns.values())
            keep = tuple(n for n in known[origin] if n not in (LINE, DAMAGE) and n not in read)
            unread = tuple(name for name in unread if name not in keep)
        kept = replace(plan, origin=origin, properties=keep)
        part = _part(bench, kept, known[origin], files=files, columns=plan.columns, unmapped=())
        parts.append(part)
    return [replace(parts[0], unmapped=unread), *parts[1:]]


def _unread(sources: list[Source], mapping: Mapping) -> tuple[str, ...]:
    """Columns of the files that no expression of the mapping names."""
    texts = list(mapping.views.values())
    for plan in mapping.tables:
        texts += [*plan.columns.values(), *plan.properties, plan.where]
    text = "\n".join(texts)
    columns = dict.fromkeys(column for source in sources for column in source.columns)
    return tuple(name for name in columns if name not in text and named(name) not in text)


def _named_sources(
    bench: Workbench, sources: list[Source], mapping: Mapping
) -> dict[str, dict[str, str]]:
    """The mapping's files by name, with their columns; files of one name are put together."""
    if not mapping.files:
        return {source.view: source.kinds for source in sources}
    views: dict[str, list[str]] = {}
    for source in sources:
        alias = mapping.file_of(source.file, source.sheet)
        if alias is not None:
            views.setdefault(alias, []).append(source.view)
    missing = [f"{alias} ({mapping.files[alias]})" for alias in mapping.files if alias not in views]
    if missing:
        came = ", ".join(dict.fromkeys(source.file for source in sources))
        raise InvalidInput(f"the mapping must be given all its files; without {', '.join(missing)}"
                           f" came {came}")  # fmt: skip
    return {
        alias: bench.name(alias, " UNION ALL BY NAME ".join(f"FROM {view}" for view in found))
        for alias, found in views.items()
    }


def _part(
    bench: Workbench,
    plan: TableMapping,
    kinds: dict[str, str],
    *,
    files: tuple[str, ...],
    columns: dict[str, str],
    unmapped: tuple[str, ...],
    is_bare: bool = False,
) -> Part:
    chosen = [f"({expression}) AS {named(name)}" for name, expression in plan.columns.items()]
    if plan.properties and "properties" not in plan.columns:
        entries = ", ".join(f"{quoted(name)}: {named(name)}" for name in plan.properties)
        # A merge patch drops what is NULL.
        chosen.append(f"json_merge_patch('{{}}', to_json({{{entries}}})) AS properties")
    chosen += [name for name in (LINE, DAMAGE) if name in kinds]
    where = f" WHERE {plan.where}" if plan.where else ""
    view = f"rows_of_{plan.table}"
    given = bench.name(view, f"SELECT {', '.join(chosen)} FROM {named(plan.origin)}{where}")
    texts = ", ".join(
        f"{_as_text(plan.table, name, kind, is_bare)} AS {named(name)}"
        for name, kind in given.items()
    )
    return Part(
        contract=contract(plan.table),
        sql=f"SELECT {texts} FROM {view}",
        files=files,
        columns=columns,
        unmapped=unmapped,
    )


def _as_text(table: str, name: str, kind: str, is_bare: bool) -> str:
    """A column as text that the loader reads back to the same value."""
    column = named(name)
    if name == LINE:
        return f"{column}::BIGINT"
    if kind == "VARCHAR" and is_bare:
        # Cells of other kinds are trimmed where they cannot be read as they stand.
        is_text = name != DAMAGE and contract(table).column(name).kind in (Kind.TEXT, Kind.JSON)
        padded = f"{column} < '!' OR suffix({column}, ' ')"
        return f"CASE WHEN {padded} THEN trim({column}) ELSE {column} END" if is_text else column
    if kind == "VARCHAR":
        # Trimming more than spaces is slow, so only the cells that need it get it.
        undone = f"regexp_replace(trim({column}, {_BLANKS}), '^''({_RISKY})', '\\1')"
        needs = rf"regexp_matches({column}, '^[''\s]|\s$')"
        return f"CASE WHEN {needs} THEN {undone} ELSE trim({column}) END"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        return f"CASE WHEN {whole} THEN {column}::BIGINT::VARCHAR ELSE {column}::VARCHAR END"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON")):
        return f"to_json({column})::VARCHAR"
    return f"{column}::VARCHAR"
