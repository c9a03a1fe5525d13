"""Mappings: a TOML file that says how an institution's files become our tables."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from data.contracts import contract
from data.errors import InvalidInput, UnknownName
from data.landing.reading import named

SHIPPED = Path(__file__).parent / "mappings"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_WHOLE = {"source", "description", "as_of", "files", "views", "tables"}
_TABLE = {"from", "where", "columns", "properties"}


@dataclass(frozen=True, kw_only=True)
class TableMapping:
    """How one of our tables is made: ``columns`` are SQL expressions over ``origin``.

    ``properties`` names columns of ``origin`` to keep as JSON; ``*`` is all that no
    expression names.
    """

    table: str
    origin: str
    columns: dict[str, str]
    where: str = ""
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Files by name pattern, views over them in order, and the tables made of both."""

    source: str
    tables: tuple[TableMapping, ...]
    files: dict[str, str] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    description: str = ""

    def file_of(self, name: str, sheet: str) -> str | None:
        """The name the mapping gives to a file (or a workbook's sheet); None where none."""
        for alias, pattern in self.files.items():
            file_pattern, _, sheet_pattern = pattern.partition("#")
            if fnmatchcase(name.casefold(), file_pattern.casefold()) and (
                not sheet_pattern or fnmatchcase(sheet, sheet_pattern)
            ):
                return alias
        return None


def read_mapping(path: Path) -> Mapping:
    """A mapping from its file; `InvalidInput` says what in it cannot be."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"the mapping {path.name} must be readable TOML: {error}") from error
    _only(raw, _WHOLE, path.name)
    tables = raw.get("tables", {})
    if not isinstance(tables, dict) or not tables:
        raise InvalidInput(f"the mapping {path.name} must have a section [tables.…], has none")
    files, views = _texts(raw, "files", path.name), _texts(raw, "views", path.name)
    for alias in (*files, *views):
        if not _NAME.fullmatch(alias):
            raise InvalidInput(f"{path.name}: a name must be letters, digits and _, got {alias!r}")
    return Mapping(
        source=str(raw.get("source", path.stem)),
        description=str(raw.get("description", "")),
        as_of=_instant(raw.get("as_of"), path.name),
        files=files,
        views=views,
        tables=tuple(_table(name, part, path.name) for name, part in tables.items()),
    )


def _only(raw: dict[str, Any], known: set[str], file: str) -> None:
    for name in raw:
        if name not in known:
            raise UnknownName(f"a setting of the mapping {file}", name, known)


def _texts(raw: dict[str, Any], name: str, file: str) -> dict[str, str]:
    part = raw.get(name, {})
    if not isinstance(part, dict) or not all(isinstance(value, str) for value in part.values()):
        raise InvalidInput(f"{name} of the mapping {file} must be texts by name")
    return part


def _instant(value: object, file: str) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidInput(f"as_of of the mapping {file} must be an instant with its offset")
    return value.astimezone(UTC).replace(tzinfo=None)


def _table(name: str, raw: Any, file: str) -> TableMapping:
    rules = contract(name)
    if not isinstance(raw, dict):
        raise InvalidInput(f"{file}: {name} must be a section [tables.{name}], got {raw!r}")
    _only(raw, _TABLE, file)
    columns = _texts(raw, "columns", file)
    for column in columns:
        rules.column(column)
    missing = [key for key in rules.key if key not in columns]
    if missing:
        raise InvalidInput(f"{file}: columns of {name} must have {', '.join(missing)}")
    given = raw.get("properties", [])
    properties = [given] if isinstance(given, str) else given
    if not isinstance(properties, list) or not all(isinstance(one, str) for one in properties):
        raise InvalidInput(f"{file}: properties of {name} must be columns' names, got {given!r}")
    if properties and "properties" not in {column.name for column in rules.columns}:
        raise InvalidInput(f"{file}: {name} has no properties to keep columns in")
    return TableMapping(
        table=name,
        origin=str(raw.get("from", "")),
        columns=columns,
        where=str(raw.get("where", "")),
        properties=tuple(properties),
    )


def mapping_files(folders: Iterable[Path]) -> dict[str, Path]:
    """Saved and shipped mappings by name; a saved one hides the shipped one of its name."""
    found: dict[str, Path] = {}
    for folder in (SHIPPED, *folders):
        found |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return found


def find_mapping(name: str, folders: Iterable[Path]) -> Mapping:
    """The mapping of this name among saved and shipped ones, or in the file of this path."""
    if name.endswith(".toml"):
        return read_mapping(Path(name))
    known = mapping_files(folders)
    if name not in known:
        raise UnknownName("a mapping", name, known)
    return read_mapping(known[name])


def save_mapping(folder: Path, name: str, table: str, columns: dict[str, str]) -> Path:
    """Keep which header of a file stands for which column of ``table``, under a name.

    ``columns`` are contract column → header. The name may hold letters, digits and ``_``.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"a mapping's name must be letters, digits and _, got {name!r}")
    rules = contract(table)
    lines = [f'source = "{name}"', "", f"[tables.{table}.columns]"]
    for column, header in columns.items():
        # A JSON string is a TOML string.
        lines.append(f"{rules.column(column).name} = {json.dumps(named(header))}")
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read_mapping(path)
    return path
