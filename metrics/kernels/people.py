"""Rows brought together by person and put in order of time, compiled.

Persons are told apart by a 64-bit hash of their id: among ten million people the chance
that any two share one is 3 in a million. Rows are scattered into small buckets by the
hash and sorted there, inside the processor's cache; no sort of all rows is needed. Rows
in order need not all exist at once: new memory costs as much as the sorting.
"""

# ruff: noqa: PLR0917 - compiled functions take their columns by position

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Integers = NDArray[np.int64]

Rows = tuple[Hashes, Integers, Integers]
T = TypeVar("T")

BUCKET_ROWS = 4096
BLOCK_BUCKETS = 32  # of a block: its columns are small enough to be used again
THREADS = 2  # compiled code runs without the interpreter's lock
_SUB_BITS = 11
_SHORT = 32  # rows up to which plain insertion is as fast


def hashes_of(column: pa.ChunkedArray) -> Hashes:
    """A 64-bit hash of each text; missing ones hash as empty."""
    found = np.empty(len(column), np.uint64)
    row = 0
    with ThreadPoolExecutor(THREADS) as pool:
        parts = []
        for chunk in column.chunks:
            texts = chunk if pa.types.is_string(chunk.type) else chunk.cast(pa.large_string())
            width: Any = np.int32 if pa.types.is_string(texts.type) else np.int64
            _, ends, data = texts.buffers()
            offsets = np.frombuffer(ends, width)[texts.offset : texts.offset + len(texts) + 1]
            bytes_ = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
            parts.append(pool.submit(_hash_texts, offsets, bytes_, found[row : row + len(texts)]))
            row += len(texts)
    for part in parts:
        part.result()
    return found


@njit(cache=True, nogil=True)
def _hash_texts(offsets: Integers, data: NDArray[np.uint8], found: Hashes) -> None:
    prime, mix = np.uint64(0x100000001B3), np.uint64(0xFF51AFD7ED558CCD)
    shift = np.uint64(33)
    for i in range(found.size):
        code = np.uint64(0xCBF29CE484222325)
        for j in range(offsets[i], offsets[i + 1]):
            code = (code ^ np.uint64(data[j])) * prime
        # FNV leaves the high bits of short texts alike; buckets are cut by those.
        code = (code ^ (code >> shift)) * mix
        code = (code ^ (code >> shift)) * mix
        found[i] = code ^ (code >> shift)


@njit(cache=True, nogil=True)
def codes_of(hashes: Hashes) -> tuple[NDArray[np.int32], Integers]:
    """Codes from 0 in order of appearance, and the row where each code first appears.

    For columns of few values: the table of codes stays in the cache.
    """
    size = np.int64(1024)
    slots = np.full(size, -1, np.int32)
    firsts = np.empty(16, np.int64)
    count = 0
    codes = np.empty(hashes.size, np.int32)
    for i in range(hashes.size):
        slot = np.int64(hashes[i] & np.uint64(size - 1))
        while slots[slot] >= 0 and hashes[firsts[slots[slot]]] != hashes[i]:
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            if count == firsts.size:
                grown = np.empty(2 * count, np.int64)
                grown[:count] = firsts
                firsts = grown
            firsts[count] = i
            slots[slot] = count
            count += 1
            if 2 * count > size:
                size *= 4
                slots = np.full(size, -1, np.int32)
                for code in range(count):
                    place = np.int64(hashes[firsts[code]] & np.uint64(size - 1))
                    while slots[place] >= 0:
                        place = (place + 1) & (size - 1)
                    slots[place] = code
            codes[i] = count - 1
        else:
            codes[i] = slots[slot]
    return codes, firsts[:count].copy()


def arrange(person: Hashes, at: Integers, meta: Integers) -> Rows:
    """The three columns by person, then time, then ``meta``.

    Persons come in order of their hash: any order of the rows gives the same one.
    """
    bits = _bits(person.size)
    starts, scattered = _scatter(person, at, meta, bits)
    settled = (np.empty_like(person), np.empty_like(at), np.empty_like(meta))
    cuts = np.linspace(0, starts.size - 1, THREADS + 1).astype(np.int64)
    with ThreadPoolExecutor(THREADS) as pool:
        parts = [
            pool.submit(_settle, starts, bits, buckets, scattered, settled, 0)
            for buckets in pairwise(cuts.tolist())
        ]
    for part in parts:
        part.result()
    return settled


def folded(
    person: Hashes, at: Integers, meta: Integers, start: Callable[[], T],
    add: Callable[[T, Rows], None],
) -> list[T]:  # fmt: skip
    """What becomes of the rows of `arrange`, a block of whole persons at a time.

    Parameters
    ----------
    start
        Makes what the blocks are added to; once for each of `THREADS`.
    add
        Takes a block in; it must not keep the block's arrays.

    Returns
    -------
    list
        What ``start`` made, each with its part of the persons; which, the rows' order
        never changes.
    """
    bits = _bits(person.size)
    starts, scattered = _scatter(person, at, meta, bits)
    edges = [*range(0, starts.size - 1, BLOCK_BUCKETS), starts.size - 1]
    blocks = list(pairwise(edges))

    def run(number: int) -> T:
        found = start()
        for first, last in blocks[number::THREADS]:
            low, high = int(starts[first]), int(starts[last])
            rows = (np.empty(high - low, np.uint64), *np.empty((2, high - low), np.int64))
            _settle(starts, bits, (first, last), scattered, rows, low)
            add(found, rows)
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def _bits(rows: int) -> int:
    """The bits of the hash by which so many rows are cut into buckets."""
    return max((rows // BUCKET_ROWS).bit_length(), 1)


def _scatter(person: Hashes, at: Integers, meta: Integers, bits: int) -> tuple[Integers, Rows]:
    """Rows by the first bits of their person's hash, and where each bucket begins."""
    cuts = np.linspace(0, person.size, THREADS + 1).astype(np.int64).tolist()
    parts = [slice(low, high) for low, high in pairwise(cuts)]
    found = (np.empty_like(person), np.empty_like(at), np.empty_like(meta))
    with ThreadPoolExecutor(THREADS) as pool:
        counts = np.array(list(pool.map(lambda part: _bucket_sizes(person[part], bits), parts)))
        # In a bucket the rows of the first part stand before those of the second.
        ends = counts.T.cumsum().reshape(-1, THREADS)
        own = (ends - counts.T).T.copy()
        moved = [
            pool.submit(_move, person[part], at[part], meta[part], free, bits, found)
            for part, free in zip(parts, own, strict=True)
        ]
    for part in moved:
        part.result()
    return np.concatenate([[0], ends[:, -1]]), found


@njit(cache=True, nogil=True)
def _bucket_sizes(person: Hashes, bits: int) -> Integers:
    shift = np.uint64(64 - bits)
    sizes = np.zeros(1 << bits, np.int64)
    for i in range(person.size):
        sizes[np.int64(person[i] >> shift)] += 1
    return sizes


@njit(cache=True, nogil=True)
def _move(
    person: Hashes, at: Integers, meta: Integers, free: Integers, bits: int, to: Rows
) -> None:
    """Put each row into the next place that is free in its bucket."""
    keys, times, metas = to
    shift = np.uint64(64 - bits)
    for i in range(person.size):
        own = np.int64(person[i] >> shift)
        place = free[own]
        keys[place], times[place], metas[place] = person[i], at[i], meta[i]
        free[own] = place + 1


@njit(cache=True, nogil=True)
def _settle(
    starts: Integers, bits: int, buckets: tuple[int, int], scattered: Rows, settled: Rows,
    origin: int,
) -> None:  # fmt: skip
    """Put each bucket in order: by the next bits of the hash, then the few rows of each.

    ``settled`` begins with row ``origin``.
    """
    keys, times, metas = scattered
    out_keys, out_times, out_metas = settled
    below = np.uint64(64 - bits - _SUB_BITS)
    mask = np.uint64((1 << _SUB_BITS) - 1)
    subs = np.empty((1 << _SUB_BITS) + 2, np.int64)
    for bucket in range(buckets[0], buckets[1]):
        low, high = starts[bucket], starts[bucket + 1]
        subs[:] = 0
        subs[0] = low - origin
        for i in range(low, high):
            subs[np.int64((keys[i] >> below) & mask) + 1] += 1
        for code in range(subs.size - 1):
            subs[code + 1] += subs[code]
        # From the back: each entry slides from the end of its rows to their beginning.
        for i in range(high - 1, low - 1, -1):
            sub = np.int64((keys[i] >> below) & mask) + 1
            subs[sub] -= 1
            place = subs[sub]
            out_keys[place], out_times[place], out_metas[place] = keys[i], times[i], metas[i]
        for code in range(1, subs.size - 1):
            first, last = subs[code], subs[code + 1]
            if last - first > 1:
                _sort(out_keys[first:last], out_times[first:last], out_metas[first:last])


@njit(cache=True, nogil=True)
def _sort(keys: Hashes, times: Integers, metas: Integers) -> None:
    """Sort a few rows in place by key, time and meta (Shell's sort: many rows are rare)."""
    gap = 1
    while keys.size > _SHORT and 3 * gap + 1 < keys.size:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, keys.size):
            key, time, meta = keys[i], times[i], metas[i]
            j = i - gap
            while j >= 0 and (
                keys[j] > key
                or (keys[j] == key and (times[j] > time or (times[j] == time and metas[j] > meta)))
            ):
                keys[j + gap], times[j + gap], metas[j + gap] = keys[j], times[j], metas[j]
                j -= gap
            keys[j + gap], times[j + gap], metas[j + gap] = key, time, meta
        gap //= 3
