"""A segment's bytes: framed, checksummed, and Arrow inside.

A segment is a magic line and frames; each frame is its kind, the payload's length,
a CRC-32 of all three and the payload: one ``HEAD`` (JSON), any number of ``ROWS``
(an Arrow stream with one batch) and one ``DONE`` (JSON with the row count). A file
without its ``DONE`` was torn.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from data.contracts import contract
from data.errors import CorruptSegment, InvalidInput

LINE = "_line"  # optional column: the row's number in the file it came from
DAMAGE = "_damage"  # optional column: why the row could not be told apart into cells

_MAGIC = b"EduLens segment 1\n"
_FRAME = struct.Struct("<4sII")
_HEAD, _ROWS, _DONE = b"HEAD", b"ROWS", b"DONE"
_BATCH_ROWS = 122_880  # a row group of DuckDB
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")

Batches = Iterable["pa.RecordBatch | pa.Table"]
Frame = tuple[bytes, bytes]


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What a segment says of itself; instants are UTC without zone."""

    table: str
    source: str
    actor: str
    as_of: datetime | None
    created_at: datetime


def read_segment(path: Path, name: str) -> tuple[Meta, Iterator[pa.RecordBatch]]:
    """A segment's meta and its batches, checked as they are read.

    Raises `CorruptSegment`, at once or from the iterator, when any byte is not as
    it was written. Only the end of the iterator says that nothing is missing.
    """
    frames = _frames(path, name)
    meta = _read_meta(next(frames))
    return meta, _batches(name, frames)


def verify_segment(path: Path, name: str) -> tuple[Meta, pa.Schema | None, int]:
    """Check every byte; the segment's meta, schema (None without rows) and row count."""
    frames = _frames(path, name)
    meta = _read_meta(next(frames))
    schema, rows = None, 0
    for kind, payload in frames:
        if kind == _ROWS and schema is None:
            schema = pa.ipc.open_stream(payload).schema
        elif kind == _DONE:
            rows = json.loads(payload)["rows"]
    return meta, schema, rows


def _frames(path: Path, name: str) -> Iterator[Frame]:
    """The frames in order: the first is HEAD, the last is DONE."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if file.read(len(_MAGIC)) != _MAGIC:
            raise CorruptSegment(f"{name} must begin with {_MAGIC!r}")
        kind = b""
        while kind != _DONE:
            expected = _HEAD if kind == b"" else None
            kind, payload = _read_frame(file, size, name)
            if (kind == _HEAD) != (expected == _HEAD) or kind not in (_HEAD, _ROWS, _DONE):
                raise CorruptSegment(f"{name} has a frame {kind!r} where none may be")
            yield kind, payload
        if file.tell() != size:
            raise CorruptSegment(f"{name} must end with its closing frame, has bytes after it")


def write_segment(path: Path, meta: Meta, batches: Batches) -> None:
    """Write a new file and return once its bytes are on disk."""
    with open(path, "xb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write(_MAGIC)
        head = {
            "table": meta.table,
            "source": meta.source,
            "actor": meta.actor,
            "as_of": meta.as_of and meta.as_of.isoformat(),
            "created_at": meta.created_at.isoformat(),
        }
        _write_frame(file, _HEAD, json.dumps(head, ensure_ascii=False).encode())
        rows = 0
        schema: pa.Schema | None = None
        for part in batches:
            for batch in _conformed(meta.table, part, schema):
                schema = batch.schema
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, schema, options=_PACKED) as writer:
                    writer.write_batch(batch)
                _write_frame(file, _ROWS, sink.getvalue())
                rows += batch.num_rows
        _write_frame(file, _DONE, json.dumps({"rows": rows}).encode())
        file.flush()
        os.fsync(file.fileno())


def _conformed(
    table: str, part: pa.RecordBatch | pa.Table, schema: pa.Schema | None
) -> list[pa.RecordBatch]:
    """The part in the segment's schema, in batches of at most a row group."""
    if isinstance(part, pa.RecordBatch):
        part = pa.Table.from_batches([part])
    if schema is None:
        schema = _segment_schema(table, part.schema)
    try:
        cast = part.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, KeyError, ValueError) as error:
        raise InvalidInput(f"rows of {table} must fit {schema.names}: {error}") from error
    batches: list[pa.RecordBatch] = cast.combine_chunks().to_batches(max_chunksize=_BATCH_ROWS)
    return batches


def _segment_schema(table: str, came: pa.Schema) -> pa.Schema:
    rules = contract(table)
    missing = [name for name in rules.key if name not in came.names]
    if missing:
        raise InvalidInput(f"rows of {table} must have the key {rules.key}, without {missing}")
    if len(set(came.names)) != len(came.names):
        raise InvalidInput(f"rows of {table} must name each column once, got {came.names}")
    fields = []
    for field in came:
        if field.name in (LINE, DAMAGE):
            fields.append((field.name, pa.int64() if field.name == LINE else pa.string()))
            continue
        kind = rules.column(field.name).kind
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        fields.append((field.name, pa.string() if is_text else kind.arrow))
    return pa.schema(fields)


def _crc(kind: bytes, length: int, payload: Any) -> int:
    return zlib.crc32(payload, zlib.crc32(kind + length.to_bytes(4, "little")))


def _write_frame(file: BinaryIO, kind: bytes, payload: Any) -> None:
    length = len(payload)
    file.write(_FRAME.pack(kind, length, _crc(kind, length, payload)))
    file.write(payload)


def _read_frame(file: BinaryIO, size: int, name: str) -> Frame:
    at = file.tell()
    head = file.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise CorruptSegment(f"{name} must end with its closing frame, was cut at byte {at}")
    kind, length, crc = _FRAME.unpack(head)
    if length > size - file.tell():
        raise CorruptSegment(f"{name} must hold {length} bytes of frame at {at}, was cut short")
    payload = file.read(length)
    if len(payload) < length or _crc(kind, length, payload) != crc:
        raise CorruptSegment(f"{name} must match its checksum, the frame at byte {at} does not")
    return kind, payload


def _read_meta(frame: Frame) -> Meta:
    head = json.loads(frame[1])
    return Meta(
        table=head["table"],
        source=head["source"],
        actor=head["actor"],
        as_of=datetime.fromisoformat(head["as_of"]) if head["as_of"] else None,
        created_at=datetime.fromisoformat(head["created_at"]),
    )


def _batches(name: str, frames: Iterator[Frame]) -> Iterator[pa.RecordBatch]:
    rows = 0
    for kind, payload in frames:
        if kind == _ROWS:
            for batch in pa.ipc.open_stream(payload):
                rows += batch.num_rows
                yield batch
        else:
            promised = json.loads(payload)["rows"]
            if promised != rows:
                raise CorruptSegment(f"{name} must hold {promised} rows, holds {rows}")
