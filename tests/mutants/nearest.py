"""The test files nearest to a module: by its name, by imports, by the names they mention."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

MOST = 6
_LEFT_OUT = re.compile(
    r"e2e|pages|kills|realdata|spark|soundness|components|data/sample|architecture"
)


def nearest(root: Path, module: str) -> list[str]:
    """At most six test files, the nearest first."""
    scores = {path: _closeness(root, module, path) for path in _tests(root)}
    near = [path for path in scores if scores[path] > 0]
    return sorted(near, key=lambda path: (-scores[path], path))[:MOST]


@cache
def _tests(root: Path) -> tuple[str, ...]:
    paths = (str(path.relative_to(root)) for path in (root / "tests").rglob("test_*.py"))
    return tuple(sorted(path for path in paths if not _LEFT_OUT.search(path)))


@cache
def _text(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8")


@cache
def _imported(root: Path, path: str) -> frozenset[str]:
    """The modules that a file imports, and the names it takes of them."""
    found = set()
    for line in re.findall(r"^\s*(?:from|import) [^\n(]+(?:\([^)]*\))?", _text(root, path), re.M):
        if line.lstrip().startswith("import"):
            found |= set(re.split(r"[\s,]+", line.strip())[1:])
        else:
            source, _, names = line.strip()[5:].partition(" import ")
            found.add(source)
            found |= {f"{source}.{name}" for name in re.findall(r"\w+", names)}
    return frozenset(found)


def _dotted(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _is_mirror(module: str, test: str) -> bool:
    """Whether a test file has the module's place and name: `build_x` is tested by `test_x`."""
    source = Path(module)
    names = {source.stem, source.stem.removeprefix("build_")}
    return Path(test).parent == "tests" / source.parent and any(
        Path(test).stem == f"test_{name}" or Path(test).stem.startswith(f"test_{name}_")
        for name in names
    )


@cache
def _importers(root: Path, module: str) -> tuple[str, ...]:
    paths = (path for folder in ("metrics", "data") for path in (root / folder).rglob("*.py"))
    relative = (str(path.relative_to(root)) for path in paths)
    return tuple(path for path in relative if _dotted(module) in _imported(root, path))


@cache
def _mentions(root: Path, module: str) -> re.Pattern[str]:
    text = _text(root, module)
    names = re.findall(r"^(?:def|class) ([a-z]\w{4,})", text, re.M)
    names += re.findall(r"(?:CREATE|FactQuery)\W+\"(\w+)\"", text)
    names += re.findall(r"@metric\(\s*\"(\w+)\"", text)
    return re.compile(rf"\b({'|'.join(names)})\b" if names else r"(?!)")


def _closeness(root: Path, module: str, test: str) -> int:
    score = 100 if _is_mirror(module, test) else 0
    score += 60 if _dotted(module) in _imported(root, test) else 0
    score += 30 if any(_is_mirror(other, test) for other in _importers(root, module)) else 0
    return score + min(20, 2 * len(_mentions(root, module).findall(_text(root, test))))
