"""The directory that holds an installation: store, landing zone, accounts, secrets."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from data.errors import StoreUnavailable


@dataclass(frozen=True)
class Home:
    """Paths of one installation. ``EDULENS_HOME`` names it; the default is ``./var``."""

    path: Path

    @classmethod
    def current(cls) -> Home:
        """The home named by the environment."""
        return cls(Path(os.environ.get("EDULENS_HOME", "var")).resolve())

    def prepare(self) -> Home:
        """Create the folders that are missing, readable by the owner only."""
        for folder in (self.path, self.landing, self.mappings, self.secrets):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise StoreUnavailable(
                    f"EDULENS_HOME must be a folder that can be written, got {self.path}:"
                    f" {error.strerror}"
                ) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise StoreUnavailable(f"{folder} must be a folder that can be written")
        return self

    @property
    def store(self) -> Path:
        """The DuckDB file."""
        return self.path / "edulens.duckdb"

    @property
    def landing(self) -> Path:
        """Immutable segments of everything that arrived."""
        return self.path / "landing"

    @property
    def mappings(self) -> Path:
        """Saved column mappings of this institution's files."""
        return self.path / "mappings"

    @property
    def socket(self) -> Path:
        """Where a serving process takes commands."""
        return self.path / "commands.sock"

    @property
    def accounts(self) -> Path:
        """Accounts, sessions and the audit log (SQLite)."""
        return self.path / "accounts.sqlite3"

    @property
    def statements(self) -> Path:
        """Compiled statements (SQLite); may be deleted at any time."""
        return self.path / "statements.sqlite3"

    @property
    def secrets(self) -> Path:
        """Keys made on first start."""
        return self.path / "secrets"

    @property
    def sample_marker(self) -> Path:
        """Present in a home that holds the sample institution; names seed and scale."""
        return self.path / "SAMPLE"

    @property
    def is_sample(self) -> bool:
        """Whether this home holds the sample institution, not an institution's own data."""
        return self.sample_marker.exists()

    def key(self, name: str) -> bytes:
        """A secret key of 32 random bytes, made at first use."""
        path = self.secrets / name
        if not path.exists():
            self.prepare()
            partial = path.with_suffix(f".{os.getpid()}")
            with open(partial, "wb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(secrets.token_bytes(32))
            try:
                os.link(partial, path)  # the first of two starters wins
            except FileExistsError:
                pass
            finally:
                partial.unlink()
        return path.read_bytes()
