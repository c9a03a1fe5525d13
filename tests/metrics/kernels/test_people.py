"""Rows by person and time: the compiled way against a plain sort."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from metrics.kernels import people as kernel
from metrics.kernels.people import arrange, codes_of, folded, hashes_of


def texts(numbers, cut):
    names = [f"P{number:016x}" for number in numbers]
    return pa.chunked_array(
        [pa.array(names[:cut], pa.string()), pa.array(names[cut:], pa.string())], pa.string()
    )


@pytest.mark.parametrize("rows", [0, 1, 2, 50, 5_000, 60_000])
@pytest.mark.parametrize("people", [1, 7, 20_000])
def test_arrange_is_a_sort_by_person_time_and_the_rest(rows, people):
    rng = np.random.default_rng(rows + people)
    numbers = rng.integers(0, people, rows)
    person = hashes_of(texts(numbers, rows // 3))
    at, meta = rng.integers(0, 1000, rows), rng.integers(-5, 50, rows)
    order = np.lexsort((meta, at, person))
    found = arrange(person, at, meta)
    for column, expected in zip(found, (person, at, meta), strict=True):
        assert (column == expected[order]).all()


def test_hashes_tell_ids_apart_and_ignore_chunks_and_slices():
    numbers = np.arange(200_000)
    whole = hashes_of(texts(numbers, 0))
    assert np.unique(whole).size == numbers.size
    assert (hashes_of(texts(numbers, 777)) == whole).all()
    assert (hashes_of(texts(numbers, 777).slice(500, 1000)) == whole[500:1500]).all()
    large = texts(numbers[:100], 10).cast(pa.large_string())
    assert (hashes_of(large) == whole[:100]).all()


def test_hashes_spread_over_their_high_bits():
    """Buckets are cut by the high bits: each of 1,024 should get its share."""
    buckets = hashes_of(texts(np.arange(100_000), 0)) >> np.uint64(54)
    counts = np.bincount(buckets.astype(np.int64), minlength=1024)
    chi2 = ((counts - counts.mean()) ** 2 / counts.mean()).sum()
    assert 850 < chi2 < 1200


def test_a_missing_text_hashes_as_an_empty_one():
    missing, empty = hashes_of(pa.chunked_array([pa.array([None, ""], pa.string())]))
    assert missing == empty


def test_codes_number_values_as_they_appear():
    values = pa.chunked_array([pa.array(["b", "a", "b", None, "c", "a"])])
    codes, firsts = codes_of(hashes_of(values))
    assert codes.tolist() == [0, 1, 0, 2, 3, 1]
    assert firsts.tolist() == [0, 1, 3, 4]


def test_codes_of_many_values_outgrow_the_first_table():
    numbers = np.random.default_rng(3).integers(0, 5000, 40_000)
    hashes = hashes_of(texts(numbers, 0))
    codes, firsts = codes_of(hashes)
    assert (hashes[firsts][codes] == hashes).all()
    assert np.unique(codes).size == np.unique(numbers).size == firsts.size


def test_folding_takes_every_row_in_once_with_whole_persons(monkeypatch):
    """The blocks of all threads together are `arrange`, each person in one of them."""
    monkeypatch.setattr(kernel, "BLOCK_BUCKETS", 1)
    rng = np.random.default_rng(2)
    person = hashes_of(texts(rng.integers(0, 9_000, 60_000), 100))
    at, meta = rng.integers(0, 1000, 60_000), rng.integers(-5, 50, 60_000)
    parts = folded(person, at, meta, list, lambda kept, rows: kept.append(rows))
    assert len(parts) == kernel.THREADS
    blocks = sorted((rows for part in parts for rows in part), key=lambda rows: rows[0][0])
    assert len(blocks) > 8
    for column, expected in zip(zip(*blocks, strict=True), arrange(person, at, meta), strict=True):
        assert (np.concatenate(column) == expected).all()
    for before, after in pairwise(blocks):
        assert before[0][-1] < after[0][0]


def test_folding_no_rows_leaves_what_was_begun():
    none = np.empty(0, np.int64)
    parts = folded(none.astype(np.uint64), none, none, list, lambda kept, rows: kept.append(rows))
    assert sum(rows[0].size for part in parts for rows in part) == 0
