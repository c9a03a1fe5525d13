"""How many renewals are read off the orders, of whose rows."""

from __future__ import annotations

from metrics.renewal.links import renewal_links


def test_renewals_are_counted_and_those_inferred_of_them(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-05 due E1 ends=2026-06-30", "2026-07-06 due E2 renews=E1"],
            "wu": ["2026-01-05 due F1 ends=2026-06-30", "2026-07-06 due F2 renews=F1"],
            "qi": ["2026-01-05 due G1 ends=2026-06-30"],
        }
    )
    tiny.connection.execute("UPDATE fact_due SET is_renewal_inferred = enrolment_id = 'F1'")
    rows = tiny.fetch(renewal_links(tiny.facts("2026-08-01")))
    assert rows.values.tolist() == [[2, 1]]
