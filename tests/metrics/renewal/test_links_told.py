"""How many renewals are read off the orders, of whose rows."""

from __future__ import annotations

import pytest

from metrics.renewal.links import renewal_links


@pytest.mark.parametrize(("says", "inferred"), [(" renews=", 0), ("", 2)])
def test_renewals_are_counted_and_those_inferred_of_them(tiny, says, inferred):
    """Where one source names what it renews, nothing is inferred at all."""
    tiny.tell(
        {
            name: [
                f"2026-01-05 enrol {name}1 ends=2026-06-30",
                f"2026-07-06 enrol {name}2" + (f"{says}{name}1" if says else ""),
            ]
            for name in ("lin", "wu")
        }
        | {"qi": ["2026-01-05 enrol qi1 ends=2026-06-30"]}
    )
    rows = tiny.fetch(renewal_links(tiny.facts("2026-08-01")))
    assert rows.values.tolist() == [[2, inferred]]
