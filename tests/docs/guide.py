"""A guide as a test follows it: the files it makes or changes, and the commands it gives."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)(?: (file|append)=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a checkout holds that the commands of a guide need.
TOPS = (
    "app.py", "pyproject.toml", ".streamlit", "components", "data", "docs", "edulens", "metrics",
    "pages", "tests", "benchmarks", ".ci",
)  # fmt: skip
# One process runs all commands: each would spend seconds on importing the same.
RUN = """
import os, sys
if __name__ == "__main__":
    import json
    from edulens.commands import main
    for words in json.loads(sys.argv[1]):
        print(f"\\x1e{' '.join(words)}", flush=True)
        if words[0] == "pytest":
            import pytest
            code = pytest.main(["-p", "no:cacheprovider", *words[1:]])
        else:
            code = main(words[1:])
        if code:
            sys.exit(f"{words} ended with {code}")
"""


@dataclass(frozen=True)
class Guide:
    """A page of docs/guides, as text."""

    text: str

    @classmethod
    def read(cls, name: str) -> Guide:
        """The guide of this name."""
        path = ROOT / "docs" / "guides" / f"{name}.md"
        return cls(path.read_text(encoding="utf-8"))

    def apply(self, project: Path) -> list[str]:
        """Make and change the files of a project as the guide says; gives their names."""
        touched = []
        for kind, verb, name, text in FENCE.findall(self.text):
            if not verb:
                continue
            path = project / name
            if kind == "diff":
                changed(path, text)
            elif verb == "append":
                with path.open("a", encoding="utf-8") as file:
                    file.write(text)
            else:
                assert not path.exists(), f"{name} is there already"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            touched.append(name)
        return touched

    @property
    def commands(self) -> list[list[str]]:
        """Every ``python -m`` command, in words, from its module on; settings are left out."""
        lines = [
            line
            for kind, verb, _name, text in FENCE.findall(self.text)
            if kind == "sh" and not verb
            for line in text.replace("\\\n", " ").splitlines()
        ]
        found = [shlex.split(line, comments=True) for line in lines]
        known = [words[2:] for words in found if words[:2] == ["python", "-m"]]
        others = [words for words in found if words[:2] != ["python", "-m"] and words]
        assert all(words[0] == "export" for words in others), others
        return known


def changed(path: Path, lines: str) -> None:
    """Change a file as lines that begin with a blank, "-" or "+" say; they must fit one place."""
    old = "".join(line[1:] for line in lines.splitlines(keepends=True) if line[0] in " -")
    new = "".join(line[1:] for line in lines.splitlines(keepends=True) if line[0] in " +")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} has {text.count(old)} places like\n{old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def checkout(folder: Path) -> Path:
    """A copy of the project in a new folder, without its environment and its history."""
    for top in TOPS:
        source = ROOT / top
        if source.is_dir():
            shutil.copytree(source, folder / top)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder)
    return folder


def run(project: Path, home: Path, commands: list[list[str]]) -> dict[str, str]:
    """What each command prints in a project, on a home; the first that fails ends the test."""
    import json
    import os

    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(commands)],
        cwd=project,
        env={**os.environ, "EDULENS_HOME": str(home), "EDULENS_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    printed = [part.partition("\n") for part in done.stdout.split("\x1e")[1:]]
    return {command: text for command, _newline, text in printed}
