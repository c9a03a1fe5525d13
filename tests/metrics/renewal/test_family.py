"""Where one family stands with its renewals."""

from __future__ import annotations

from metrics.renewal.family import person_renewal


def test_person_renewal_tells_what_is_late_open_and_ahead(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-05 enrol A ends=2026-05-20",
                "2026-01-05 enrol B ends=2026-07-01 line=art",
                "2026-01-05 enrol C ends=2026-10-01 line=chess",
                "2026-01-05 enrol D ends=2026-03-01 line=go",
            ],
            "wu": ["2026-01-05 enrol E ends=2026-06-20"],
        }
    )
    rows = tiny.fetch(person_renewal(tiny.facts("2026-06-01"), person_id="lin"))
    assert rows[["enrolment_id", "band"]].values.tolist() == [
        ["A", "late"], ["B", "open"], ["C", "ahead"],
    ]  # fmt: skip
    assert set(rows["pipeline"]) == {"untouched"}
    other = tiny.facts("2026-06-01", campuses=("south",))
    assert tiny.fetch(person_renewal(other, person_id="lin")).empty
