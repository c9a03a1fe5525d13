"""Making the sample institution: time at scale 1, and memory as it grows."""

from __future__ import annotations

import multiprocessing
import resource
import time

from benchmarks import report
from data.sample import generate


def _measured(scale: float) -> tuple[float, float]:
    """CPU seconds and peak memory in MB of one generation."""
    started = time.process_time()
    for _, rows in generate(scale):
        del rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.process_time() - started, peak


def _alone(scale: float) -> tuple[float, float]:
    """The same in a process of its own, since a peak is never forgotten."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (scale,))


def main() -> None:
    """Scale 1, then 5."""
    seconds, small = _alone(1.0)
    report("sample_seconds_scale_1", seconds, "s", 6)
    seconds, large = _alone(5.0)
    report("sample_seconds_per_block_scale_5", seconds / 5, "s", 6)
    report("sample_peak_memory_scale_5", large, "MB", 2048)
    report("sample_peak_growth_scale_1_to_5", large / small, "ratio", 1.3)


if __name__ == "__main__":
    main()
