"""Every word a reader sees exists in Chinese: what the code says, the catalogues know."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import metrics
from components.words.i18n import LOCALE, read_catalogue
from metrics.foundation.registry import REGISTRY

ROOT = Path(__file__).parent.parent
SOURCES = ("components", "pages", "metrics", "app.py")
HAN = "[\u4e00-\u9fff]"
MARKERS = {"_": 1, "N_": 1, "ngettext": 2, "translate": 1}  # how many messages each takes


def source_files() -> Iterator[Path]:
    """Every Python file whose words a reader may see."""
    for source in SOURCES:
        path = ROOT / source
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def marked(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Messages marked in a file: text, line, and whether it is whole at reading time."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for argument in node.args[: MARKERS.get(name, 0)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value, node.lineno, True
            elif isinstance(argument, ast.JoinedStr):
                yield ast.unparse(argument), node.lineno, False


def said() -> dict[str, list[str]]:
    """Every message → the places that say it."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in source_files():
        for text, line, whole in marked(path):
            if whole and text:
                places[text].append(f"{path.relative_to(ROOT)}:{line}")
    metrics.load_all()
    for entry in REGISTRY.values():
        module = entry.units.__module__.replace(".", "/") + ".py"
        places[entry.title].append(f"{module} title of {entry.name}")
        places[entry.definition].append(f"{module} definition of {entry.name}")
        for option in entry.options:
            places[option.replace("_", " ")].append(f"{module} option of {entry.name}")
    return places


def holes(text: str) -> set[str]:
    """The names in braces."""
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def translated() -> set[str]:
    """Every message of the catalogues, singular and plural."""
    found: set[str] = set()
    for path in sorted((LOCALE / "zh").glob("*.po")):
        for message in read_catalogue(path):
            found |= set(message.id if isinstance(message.id, tuple) else (message.id,))
    return found


def test_every_message_has_a_chinese_translation():
    known = translated()
    missing: dict[str, list[str]] = defaultdict(list)
    for text, places in said().items():
        if text not in known and any(map(str.isalpha, text)):
            file = places[0].split(":")[0].split(" ")[0]
            missing[file].append(f"    {places[0]}\n        {text!r}")
    report = "\n".join(f"  {path}\n" + "\n".join(lines) for path, lines in sorted(missing.items()))
    total = sum(len(lines) for lines in missing.values())
    if missing:
        pytest.fail(
            f"{total} messages lack Chinese; add them to"
            f" components/words/locale/zh/<area>.po:\n{report}",
            pytrace=False,
        )


def test_no_message_is_put_together_before_it_is_translated():
    broken = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in source_files()
        for text, line, whole in marked(path)
        if not whole
    ]
    assert not broken, "use _('… {n} …', n=n), not an f-string:\n" + "\n".join(broken)


def test_translations_fill_the_same_places():
    broken = []
    for path in sorted((LOCALE / "zh").glob("*.po")):
        for message in read_catalogue(path):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            wanted = set().union(*(holes(text) for text in ids))
            # A count may be left unsaid in one of the forms, nothing may be added.
            for text in texts:
                if text and message.id and holes(text) - wanted:
                    broken.append(f"{path.name}: {ids[0]!r} → {text!r}")
                if text and len(ids) == 1 and holes(text) != wanted:
                    broken.append(f"{path.name}: {ids[0]!r} → {text!r}")
    assert not broken, "placeholders differ:\n" + "\n".join(broken)


def test_catalogues_do_not_contradict_each_other():
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted((LOCALE / "zh").glob("*.po")):
        for message in read_catalogue(path):
            if message.id and message.string:
                found[str(message.id)][str(message.string)].append(path.name)
    broken = [
        f"{text!r}: " + "; ".join(f"{said!r} in {', '.join(where)}" for said, where in ways.items())
        for text, ways in found.items()
        if len(ways) > 1
    ]
    assert not broken, "one message, two translations:\n" + "\n".join(broken)


def test_catalogues_hold_no_fuzzy_or_empty_messages():
    broken = [
        f"{path.name}: {message.id!r}"
        for path in sorted((LOCALE / "zh").glob("*.po"))
        for message in read_catalogue(path)
        if message.id and (message.fuzzy or not message.string)
    ]
    assert not broken, "\n".join(broken)


def test_chinese_is_punctuated_as_chinese():
    broken = [
        f"{path.name}: {text}"
        for path in sorted((LOCALE / "zh").glob("*.po"))
        for message in read_catalogue(path)
        for text in (message.string if isinstance(message.string, tuple) else (message.string,))
        if re.search(rf"{HAN}\s?[,;?(]|[,;)]\s?{HAN}|\([^)]*{HAN}", text)
    ]
    assert not broken, "write ，；？（） beside Chinese:\n" + "\n".join(broken)


def test_the_reader_is_addressed_one_way():
    broken = [
        f"{path.name}: {message.string}"
        for path in sorted((LOCALE / "zh").glob("*.po"))
        for message in read_catalogue(path)
        if "你" in str(message.string)
    ]
    assert not broken, "write 您, not 你:\n" + "\n".join(broken)


def test_percentages_are_written_without_a_blank():
    """One way everywhere, as `format.percent` writes them: 95%."""
    broken = [
        f"{place}: {text}"
        for text, places in said().items()
        for place in places
        if re.search(r"[0-9}] %", text)
    ]
    broken += [
        f"{path.name}: {message.string}"
        for path in sorted((LOCALE / "zh").glob("*.po"))
        for message in read_catalogue(path)
        if re.search(r"[0-9}] %", str(message.string))
    ]
    assert not broken, "write 95%, not 95 %:\n" + "\n".join(broken)
