"""Exact split of a difference of products: logarithmic mean Divisia index (LMDI)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from data.errors import InvalidOption

_NEAR = 1e-4  # below it a series is more exact than the quotient


def log_mean(a: float, b: float) -> float:
    """The logarithmic mean of two amounts: (a − b) ÷ (ln a − ln b), and a where they are equal.

    It lies between the geometric and the arithmetic mean; 0 where one of them is 0.
    """
    if a < 0 or b < 0:
        raise InvalidOption(f"amounts must be at least 0, got {a} and {b}")
    if a == 0 or b == 0:
        return 0.0
    half = (math.log(b) - math.log(a)) / 2
    stretched = 1 + half * half / 6 if abs(half) < _NEAR else math.sinh(half) / half
    return math.exp((math.log(a) + math.log(b)) / 2) * stretched


def product_parts(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """What each factor adds to the difference of two products; the parts add up to it.

    ``Π after − Π before = Σ L · ln(after_k ÷ before_k)`` with L the logarithmic mean of the
    two products. A product that is 0 at one side is taken to its limit: the factors that
    are 0 there share the whole difference evenly, the others explain nothing of it.

    Parameters
    ----------
    before, after
        The factors in one order, each at least 0.

    Returns
    -------
    list of float
        One part a factor. Their sum, added exactly, is the difference of the products as
        floats have it: what rounding leaves over goes to the largest part.

    Raises
    ------
    InvalidOption
        If a factor is negative or no number, or the numbers of factors differ.

    References
    ----------
    Ang (2005), Energy Policy 33:867-871. Zero values: Ang & Liu (2007), 35:238-246.
    """
    if len(before) != len(after) or not before:
        raise InvalidOption(f"factors must pair up, got {len(before)} and {len(after)}")
    for factor in (*before, *after):
        if not (factor >= 0 and math.isfinite(factor)):
            raise InvalidOption(f"factors must be numbers of at least 0, got {factor}")
    first, last = math.prod(before), math.prod(after)
    gap = last - first
    if first == 0 or last == 0:
        parts = _limit(before if first == 0 else after, gap)
    else:
        weight = log_mean(first, last)
        parts = [
            0.0 if b == a else weight * (math.log(a) - math.log(b))
            for b, a in zip(before, after, strict=True)
        ]
    return settled(parts, gap)


def _limit(zero_side: Sequence[float], gap: float) -> list[float]:
    zeros = [factor == 0 for factor in zero_side]
    count = sum(zeros)
    if not count:  # a product too small to be told from 0
        return [gap / len(zero_side)] * len(zero_side)
    return [gap / count if is_zero else 0.0 for is_zero in zeros]


def settled(parts: Sequence[float], total: float) -> list[float]:
    """The parts with what rounding left over put on the largest, so that they add to the total."""
    found = list(parts)
    # The largest takes what is left; what its own rounding leaves, the next, finer one.
    for place in sorted(range(len(found)), key=lambda n: -abs(found[n])):
        rest = Fraction(total) - sum(map(Fraction, found))
        if rest == 0:
            break
        found[place] = float(Fraction(found[place]) + rest)
    return found


def rounded(parts: Sequence[float], total: float, *, digits: int = 0) -> list[float]:
    """The parts rounded so that they still add up to the rounded total (largest remainder)."""
    scale = 10**digits
    raw = [part * scale for part in parts]
    whole = [math.floor(part) for part in raw]
    left = round(total * scale) - sum(whole)
    order = sorted(range(len(raw)), key=lambda n: raw[n] - whole[n], reverse=True)
    step = 1 if left >= 0 else -1
    for turn in range(abs(left)):
        whole[order[turn % len(order)] if step > 0 else order[-1 - turn % len(order)]] += step
    return [part / scale for part in whole]
