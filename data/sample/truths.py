"""What is planted in the sample institution, by id; docs/sample.md tells what must be found."""

from __future__ import annotations

from datetime import date, datetime

# 1. Cheapest per lead, worst in everything that comes after.
CHEAP_CHANNEL = "feed_douyin"
CHEAP_CAMPAIGN = "抖音-9.9元引流"

# 2. Converts late and well.
SLOW_CHANNEL = "feed_xhs"

# 3. One phone and one device of two families.
CONFLICT_LEADS = 8
CONFLICT_CAMPUS = "C003"
CONFLICT_SURNAMES = ("钱", "冯")

# 4. A cost feed that stopped.
LATE_CHANNEL = "sem_shenma"
LATE_DAYS = 9

# 5. Activities by number (four a month from June 2025), among healthy ones.
STALLED_ACTIVITY = "A00061"
NO_SPRINT_ACTIVITY = "A00058"
STALLED_MIDDLE_DAYS = 4

# 6. The activity in which one sharer brought most of the visitors.
STAR_ACTIVITY = "A00056"

# 7. A course that loses its children at one lesson.
DROP_COURSE = "K10"
DROP_LESSON = 7

# 8. Playbooks with people held out at random.
USELESS_SOP = "SOP-GREETING"
HARMFUL_SOP = "SOP-DAILY-CALLS"
USEFUL_SOP = "SOP-FIRST-REPLY"
HELD_OUT_SHARE = 0.2
SOP_WINDOWS = {  # first and last day of the leads
    USELESS_SOP: (date(2026, 2, 1), date(2026, 5, 31)),
    HARMFUL_SOP: (date(2026, 5, 1), date(2026, 8, 15)),
    USEFUL_SOP: (date(2025, 9, 1), date(2025, 12, 31)),
}

# 9. Introducers who introduce themselves, and one who sends a burst.
SELF_REFERRERS = 6
BURST_LEADS = 12
BURST_CAMPUS = "C002"
BURST_AT = datetime(2026, 9, 12, 12, 0)  # noqa: DTZ001  # UTC without zone

# 10. The same phones sold by two vendors.
VENDORS = ("vendor_a", "vendor_b")
TWICE_SOLD_SHARE = 0.25  # of the second vendor's leads
UNMAPPED_CHANNEL = "old_2019"
UNMAPPED_SHARE = 0.01
DUPLICATE_SHARE = 0.035
WITHOUT_TOUCH_SHARE = 0.08

# 11. Shines by the leads he is given.
LUCKY_CONSULTANT = "S00101"
