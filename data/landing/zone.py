"""The landing zone: immutable segments, on disk before whoever wrote them hears yes."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from data.contracts import contract
from data.errors import CorruptSegment
from data.landing.segment import (
    DAMAGE,
    LINE,
    Batches,
    Meta,
    read_segment,
    verify_segment,
    write_segment,
)

__all__ = ["DAMAGE", "LINE", "Batches", "Landing", "Meta"]

_SUFFIX = ".segment"
_PARTIAL = ".partial-"
_PARTIAL_SECONDS = 86_400  # a partial this old belongs to no living writer


class Landing:
    """A folder of segments, named so that they sort by arrival, from any number of processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._drop_old_partials()

    def write(
        self,
        table: str,
        batches: Batches,
        *,
        source: str,
        actor: str = "",
        as_of: datetime | None = None,
    ) -> str:
        """Write one segment and return its name once it is safe on disk.

        ``batches`` have the contract's key and any more of its columns, each of the
        contract's Arrow type or text as a file has it (which the loader reads), and may
        have the columns `LINE` and `DAMAGE`. ``as_of`` is the instant up to which the source is
        complete; None lets the rows speak.
        """
        name = f"{_arrival()}.{table}{_SUFFIX}"
        partial = self.path / f"{_PARTIAL}{name}"
        meta = _meta(table, source, actor, as_of)
        try:
            write_segment(partial, meta, batches)
            os.rename(partial, self.path / name)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(self.path)
        return name

    def write_together(
        self,
        parts: Sequence[tuple[str, Batches]],
        *,
        source: str,
        actor: str = "",
        as_of: datetime | None = None,
    ) -> list[str]:
        """Write one segment for each table and its batches; all arrive, or none does."""
        group = f"{_arrival()}.group"
        partial = self.path / f"{_PARTIAL}{group}"
        names = []
        try:
            partial.mkdir(mode=0o700)
            for number, (table, batches) in enumerate(parts):
                name = f"{number:03d}.{table}{_SUFFIX}"
                write_segment(partial / name, _meta(table, source, actor, as_of), batches)
                names.append(f"{group}/{name}")
            _sync_folder(partial)
            os.rename(partial, self.path / group)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        _sync_folder(self.path)
        return names

    def segments(self) -> list[str]:
        """All segments' names in order of arrival."""
        names = []
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX) and not entry.name.startswith(_PARTIAL):
                    names.append(entry.name)
                elif entry.name.endswith(".group") and not entry.name.startswith(_PARTIAL):
                    names += [f"{entry.name}/{part}" for part in os.listdir(entry.path)]
        return sorted(names)

    def read(self, name: str) -> tuple[Meta, Iterator[pa.RecordBatch]]:
        """A segment's meta and its batches, see `read_segment`."""
        return read_segment(self.path / name, name)

    def verify(self, name: str) -> tuple[Meta, pa.Schema | None, int]:
        """Check every byte of a segment, see `verify_segment`."""
        return verify_segment(self.path / name, name)

    def is_whole(self, name: str) -> bool:
        """Whether every byte of the segment is as it was written."""
        try:
            self.verify(name)
        except CorruptSegment:
            return False
        return True

    def _drop_old_partials(self) -> None:
        for path in self.path.glob(f"{_PARTIAL}*"):
            try:
                if time.time() - path.stat().st_mtime < _PARTIAL_SECONDS:
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process swept it, or its writer has just finished


_process = ""
_process_id = 0
_counter = itertools.count()
_last_ns = 0
_arrival_lock = threading.Lock()


def _arrival() -> str:
    """A name that sorts by time, is unique over processes and never goes back in this one."""
    global _process, _process_id, _last_ns  # noqa: PLW0603
    with _arrival_lock:
        if _process_id != os.getpid():  # also after a fork
            _process, _process_id = secrets.token_hex(4), os.getpid()
        _last_ns = max(_last_ns, time.time_ns())
        return f"{_last_ns:020d}-{next(_counter):06d}-{_process}"


def _meta(table: str, source: str, actor: str, as_of: datetime | None) -> Meta:
    contract(table)
    if as_of is not None and as_of.tzinfo is not None:
        as_of = as_of.astimezone(UTC).replace(tzinfo=None)
    now = datetime.now(UTC).replace(tzinfo=None)
    return Meta(table=table, source=source, actor=actor, as_of=as_of, created_at=now)


def _sync_folder(path: Path) -> None:
    with _folder(path) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
