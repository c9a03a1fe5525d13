"""What a serving process does besides answering: it takes in what lands, and commands."""

from __future__ import annotations

from dataclasses import dataclass

from data.accounts import sample_sign_ins
from data.installation.control import CommandSocket, Run
from data.installation.process import Installation, Watch, installation, release


@dataclass(frozen=True)
class Serving:
    """An installation being served, until it is closed."""

    installation: Installation
    watch: Watch
    commands: CommandSocket

    @classmethod
    def start(cls, run: Run) -> Serving:
        """Open the process's installation; ``run`` carries out commands sent to it."""
        opened = installation()
        _greet(opened)
        return cls(opened, Watch(opened), CommandSocket(opened.home, run))

    def close(self) -> None:
        """Stop taking anything in, then close the store."""
        self.commands.close()
        self.watch.close()
        release()


def _greet(opened: Installation) -> None:
    if not opened.home.is_sample:
        return
    print("\n  Sample institution (示例机构): sign in as", flush=True)
    for user, password in sample_sign_ins(opened.accounts, opened.home).items():
        print(f"    {user:<12} {password}", flush=True)
