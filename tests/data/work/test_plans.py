"""Plans changed in the app: who may, what is refused, and that nothing is lost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date

import pytest

import data.work.plans
from data.accounts import Accounts
from data.errors import InvalidInput, NotAllowed
from data.facts import Facts
from data.facts.build import rebuild
from data.installation.home import Home
from data.installation.process import Installation
from data.landing.loader import load
from data.landing.zone import Landing
from data.scope import EVERY_CAMPUS, Scope
from data.stores import DuckDBStore
from data.work.plans import ActivityPlanEdit, TargetEdit, edit_activity_plans, edit_targets
from metrics.activities.plan import activity_plan, plan_edits
from metrics.plans.plan import campus_plans
from tests.signin import add_account

MONTH = date(2026, 11, 1)


@pytest.fixture
def opened(tmp_path) -> Iterator[Installation]:
    """Two campuses, one activity of north, and an account of each kind."""
    home = Home(tmp_path / "home").prepare()
    made = Installation(home, DuckDBStore(home.store), Landing(home.landing), Accounts(home))
    made.build_if_behind()
    with made.store.writing() as cursor:
        cursor.execute("INSERT INTO campuses (campus_id, name) VALUES ('north','N'), ('south','S')")
        cursor.execute(
            "INSERT INTO activities (activity_id, name, type, campus_id, starts_on, ends_on)"
            " VALUES ('A1', 'one', 'game', 'north', '2026-11-01', '2026-11-08')"
        )
        cursor.execute("INSERT INTO targets VALUES ('2026-11-01', 'north', 'new_leads', 80)")
        rebuild(cursor, None, home.key("identity"))
    add_account(made.accounts, "boss")
    add_account(made.accounts, "head", "campus_head", campuses=["north"])
    for role in ("consultant", "marketing", "teacher", "analyst"):
        add_account(made.accounts, role, role, campuses=["north"], staff_id="x")
    yield made
    made.close()


def target(value: float = 100.0, *, campus: str = "north", month: date = MONTH,
           metric: str = "new_leads") -> TargetEdit:  # fmt: skip
    return TargetEdit(month_on=month, campus_id=campus, metric=metric, value=value)


def plan(leads: int = 5, *, visits: int = 20, activity: str = "A1", phase: str = "launch",
         channel: str = "group") -> ActivityPlanEdit:  # fmt: skip
    return ActivityPlanEdit(
        activity_id=activity, phase=phase, share_channel=channel, planned_visits=visits,
        planned_leads=leads,
    )  # fmt: skip


def facts(opened: Installation, *campuses: str) -> Facts:
    return Facts(
        Scope(user="t", role="manager", campuses=campuses or EVERY_CAMPUS, as_of=opened.store.as_of)
    )


def stored(opened: Installation, *campuses: str) -> dict[str, float]:
    rows = campus_plans(facts(opened, *campuses), month_on=MONTH, metric="new_leads")
    found = opened.store.fetch(rows)
    return dict(zip(found["campus_id"], found["value"], strict=True))


def history(opened: Installation, table: str = "targets", *campuses: str):
    return opened.store.fetch(plan_edits(facts(opened, *campuses), plan=table))


def test_an_edit_is_stored_and_kept_with_who_and_when(opened):
    assert edit_targets(opened, "boss", [target(100), target(60, campus="south")]) == 2
    assert stored(opened) == {"north": 100, "south": 60}
    kept = history(opened).set_index("campus_id")
    assert dict(kept["edited_by"]) == {"north": "boss", "south": "boss"}
    assert (kept.loc["north", "before"], kept.loc["north", "after"]) == (80, 100)
    assert math.isnan(kept.loc["south", "before"])
    assert kept["edited_at"].notna().all()


def test_every_change_stays_in_the_history(opened):
    for value in (90, 95):
        edit_targets(opened, "head", [target(value)])
    kept = history(opened)
    assert list(zip(kept["before"], kept["after"], strict=True)) == [(90, 95), (80, 90)]


def test_a_figure_that_did_not_change_writes_nothing(opened):
    assert edit_targets(opened, "boss", [target(80)]) == 0
    assert opened.landing.segments() == []
    assert len(history(opened)) == 0


def test_an_edit_is_two_segments_that_arrive_together(opened):
    edit_targets(opened, "boss", [target(100)])
    names = opened.landing.segments()
    assert [name.split("/")[1] for name in names] == [
        "000.targets.segment", "001.plan_edits.segment",
    ]  # fmt: skip
    for name in names:
        meta, rows = opened.landing.read(name)
        assert (meta.actor, meta.source) == ("boss", "app:plans")
        assert sum(batch.num_rows for batch in rows) == 1


def test_an_edit_does_not_move_the_as_of_time(opened):
    before = opened.store.as_of
    edit_targets(opened, "boss", [target(100)])
    assert opened.store.as_of == before


def test_a_kill_between_writing_and_loading_loses_nothing(opened, monkeypatch):
    def killed(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(data.work.plans, "load", killed)
    with pytest.raises(KeyboardInterrupt):
        edit_targets(opened, "boss", [target(100)])
    assert stored(opened) == {"north": 80}
    load(opened.store, opened.landing)  # what the next start does
    assert stored(opened) == {"north": 100}
    assert len(history(opened)) == 1
    assert load(opened.store, opened.landing).segments == 0


def test_a_campus_head_changes_the_own_campus_only(opened):
    assert edit_targets(opened, "head", [target(100)]) == 1
    with pytest.raises(NotAllowed, match=r"among the account's own, got \['south'\]"):
        edit_targets(opened, "head", [target(70), target(60, campus="south")])
    assert stored(opened) == {"north": 100}
    denied = opened.accounts.audit.lines(action="plan_edit_denied")
    assert [(line.actor, json.loads(line.detail)) for line in denied] == [
        ("head", {"campuses": ["north", "south"]})
    ]


def test_a_campus_head_reads_the_own_history_only(opened):
    edit_targets(opened, "boss", [target(100), target(60, campus="south")])
    assert list(history(opened, "targets", "north")["campus_id"]) == ["north"]


@pytest.mark.parametrize("user", ["consultant", "marketing", "teacher", "analyst"])
def test_other_roles_change_no_plan(opened, user):
    with pytest.raises(NotAllowed, match="role must be one that changes plans"):
        edit_targets(opened, user, [target(100)])
    with pytest.raises(NotAllowed):
        edit_activity_plans(opened, user, [plan()])
    assert opened.landing.segments() == []
    assert len(opened.accounts.audit.lines(action="plan_edit_denied")) == 2


def test_a_role_that_changed_counts_at_once(opened):
    opened.accounts.change("head", role="analyst")
    with pytest.raises(NotAllowed):
        edit_targets(opened, "head", [target(100)])


def test_an_edit_is_in_the_audit_log(opened):
    edit_targets(opened, "boss", [target(100)])
    (line,) = opened.accounts.audit.lines(action="plan_edit")
    assert (line.actor, line.subject) == ("boss", "targets")
    assert json.loads(line.detail) == {"campuses": ["north"], "figures": 1}


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([target(-1)], "new_leads must be a number of at least 0, got -1"),
        ([target(math.nan)], "at least 0, got nan"),
        ([target(math.inf)], "at least 0, got inf"),
        ([target(campus="nowhere")], "campus must be a known one, got 'nowhere'"),
        ([target(month=date(2026, 11, 2))], "month must begin on day 1, got 2026-11-02"),
        ([target(metric="fun")], "metric must be one of new_leads, first_orders, net_revenue"),
        ([target(1), target(2)], "given once, got 2026-11-01 north new_leads twice"),
    ],
)
def test_a_wrong_target_is_refused_with_what_is_wrong(opened, edits, message):
    with pytest.raises(InvalidInput, match=message):
        edit_targets(opened, "boss", edits)
    assert opened.landing.segments() == []


def test_one_wrong_row_refuses_all_of_them(opened):
    with pytest.raises(InvalidInput, match="got -5"):
        edit_targets(opened, "boss", [target(100), target(-5, campus="south")])
    assert stored(opened) == {"north": 80}


def test_an_activity_plan_is_stored_figure_by_figure(opened):
    assert edit_activity_plans(opened, "head", [plan(5), plan(3, phase="sprint")]) == 4
    assert edit_activity_plans(opened, "head", [plan(6), plan(3, phase="sprint")]) == 1
    rows = opened.store.fetch(activity_plan(facts(opened), activities=("A1",)))
    assert dict(zip(rows["phase"], rows["planned_leads"], strict=True)) == {
        "launch": 6, "sprint": 3,
    }  # fmt: skip
    newest = history(opened, "activity_plans").iloc[0]
    assert (newest["item"], newest["before"], newest["after"]) == ("planned_leads", 5, 6)
    assert (newest["activity_id"], newest["phase"], newest["share_channel"]) == (
        "A1", "launch", "group",
    )  # fmt: skip


def test_a_campus_head_cannot_plan_another_campuss_activity(opened):
    with opened.store.writing() as cursor:
        cursor.execute(
            "INSERT INTO activities (activity_id, name, type, campus_id, starts_on, ends_on)"
            " VALUES ('A2', 'two', 'game', 'south', '2026-11-01', '2026-11-08')"
        )
    with pytest.raises(NotAllowed, match=r"got \['south'\]"):
        edit_activity_plans(opened, "head", [plan(activity="A2")])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (plan(-1), "planned_leads must be a whole number of at least 0, got -1"),
        (plan(2.5), "planned_leads must be a whole number of at least 0, got 2.5"),  # type: ignore[arg-type]
        (plan(30), "planned_leads must be at most planned_visits, got 30 of 20"),
        (plan(activity="A9"), "activity must be a known one, got 'A9'"),
        (plan(phase="end"), "phase must be one of launch, middle, sprint, got 'end'"),
        (plan(channel="tv"), "share_channel must be one of moments"),
    ],
)
def test_a_wrong_activity_plan_is_refused_with_what_is_wrong(opened, edit, message):
    with pytest.raises(InvalidInput, match=message):
        edit_activity_plans(opened, "boss", [edit])


def test_a_rebuild_from_the_landing_zone_has_the_same_plans(opened, tmp_path):
    edit_targets(opened, "boss", [target(100), target(60, campus="south")])
    edit_targets(opened, "head", [target(110)])
    other = DuckDBStore(tmp_path / "again.duckdb")
    load(other, opened.landing)
    again = other.fetch("SELECT * FROM fact_plan_edit")
    assert again.equals(opened.store.fetch("SELECT * FROM fact_plan_edit"))
    assert dict(other.cursor().execute("SELECT campus_id, value FROM fact_target").fetchall()) == {
        "north": 110, "south": 60,
    }  # fmt: skip
    other.close()
