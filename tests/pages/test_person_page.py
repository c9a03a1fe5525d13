"""The person page: found, told, masked, and never a word about people out of scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from google.protobuf.text_format import MessageToString
from streamlit.testing.v1 import AppTest

import data.installation.process
from components.screens.person import phone as phone_module
from components.screens.person.phone import reveal
from components.screens.person.search import is_record_id
from components.screens.person.timeline import FIRST, days_of
from data.accounts import Accounts
from data.facts.build import rebuild
from data.installation.home import Home
from data.installation.process import Installation
from data.landing.loader import create_tables
from data.landing.zone import Landing
from data.stores import DuckDBStore
from tests.conftest import person_ids
from tests.journeys import Story, moment
from tests.signin import add_account, sign_in

FRAME = str(Path(__file__).parents[2] / "components" / "frame" / "frame.py")
SCRIPT = "../../pages/people/person.py"
AS_OF = "2026-11-21T10:00"
NUMBER = "+8613800000000"  # of the first person told: lin
TOLD = {
    "lin": [
        "2026-08-01T02:00 click feed",
        "2026-08-03T02:00 lead feed name=林晓梅 child=林小宝 owner=S1 assigned=2026-08-03T03:00"
        " status=paid",
        "2026-08-04T02:00 followup effective staff=S1 result=talked seconds=95"
        " note=改打13812345678",
        "2026-08-20T02:00 trial 9.9",
        "2026-08-25T02:00 child 林小宝",
        "2026-08-25T02:10 order 5000 lessons=48",
        "2026-09-01T02:00 enrol E1 teacher=T1",
        "2026-09-07T02:00 seat present enrolment=E1",
        "2026-09-14T02:00 seat absent enrolment=E1",
        "2026-09-16T02:00 seat absent enrolment=E1",
        "2026-09-21T02:00 seat absent enrolment=E1",
        "2026-10-01T02:00 refund 1000",
    ],
    "wang": ["2026-11-15T10:00 lead sem name=王芳 owner=S2 assigned=2026-11-15T10:00 status=new"],
    "zhao": ["2026-11-01T02:00 lead sem name=赵云 owner=S9 status=new @south"],
    "evil": ["2026-11-02T02:00 lead sem name=:red[x]<img_src=x>**b** owner=S1 status=new"],
    "busy": ["2026-11-02T02:00 lead sem name=忙碌 owner=S1 status=new"]
    + [f"{date(2026, 8, 1) + timedelta(days=n)} view /p" for n in range(FIRST + 15)],
}  # fmt: skip
ACCOUNTS = (
    ("manager", "manager", (), ""),
    ("north", "campus_head", ("north",), ""),
    ("south", "campus_head", ("south",), ""),
    ("li", "consultant", ("north",), "S1"),
    ("qian", "consultant", ("north",), "S2"),
    ("teacher", "teacher", ("north",), "T1"),
    ("analyst", "analyst", (), ""),
    ("market", "marketing", (), ""),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Iterator[tuple[Installation, dict[str, str]]]:
    """An installation of two campuses and five families; and the families' ids."""
    home = Home(tmp_path_factory.mktemp("person") / "home").prepare()
    store = DuckDBStore(home.store)
    story = Story()
    story.tell(TOLD)
    for staff, name, campus in (("S1", "李顾问", "north"), ("S2", "钱顾问", "north")):
        story.add("staff", staff_id=staff, name=name, role="consultant", campus_id=campus)
    with store.writing() as cursor:
        create_tables(cursor)
        story.flush(cursor)
        rebuild(cursor, None, home.key("identity"))
        cursor.execute("UPDATE store_state SET version = 1, as_of = ?", [moment(AS_OF)])
    accounts = Accounts(home)
    for user, role, campuses, staff_id in ACCOUNTS:
        add_account(accounts, user, role, campuses=campuses, staff_id=staff_id)
    yield Installation(home, store, Landing(home.landing), accounts), person_ids(store, story)
    accounts.close()
    store.close()


@pytest.fixture
def people(told, monkeypatch) -> dict[str, str]:
    """The families' ids, with their installation as this process's."""
    opened, ids = told
    monkeypatch.setattr(data.installation.process, "_opened", opened)
    monkeypatch.setenv("EDULENS_LANG", "en")  # AppTest words the options outside a script
    return ids


def visit(user: str, *, language: str = "en", **address: str) -> AppTest:
    """Open the page as a user."""
    at = AppTest.from_file(FRAME, default_timeout=30)
    sign_in(at, data.installation.process.installation().accounts, user)
    at.switch_page(SCRIPT)
    at.query_params["lang"] = language
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    """Everything the page sent, as text: what a curious browser could read."""
    nodes, sent = [at.main], []
    while nodes:
        node = nodes.pop()
        if getattr(node, "proto", None) is not None:
            sent.append(MessageToString(node.proto, as_utf8=True))
        nodes.extend(getattr(node, "children", {}).values())
    return "\n".join(sent)


def shown(at: AppTest) -> str:
    """The Markdown a reader sees, without what escapes it."""
    return "\n".join(m.value for m in at.main.markdown).replace("\\", "")


def test_person_page_tells_the_whole_story(people):
    at = visit("manager", person_id=people["lin"])
    text = shown(at)
    assert at.header[0].value == "林晓梅"
    assert (
        "This family came to north on 1 Aug through feed, has paid since 25 Aug, ¥4,010 net,"
        " attended 1 lesson, was last contacted 109 days ago (李顾问, Phone call, talked)."
        " Next: **Call today: three lessons missed running**."
    ) in text
    for line in (
        "**Got a refund**", "**−¥1,000.00**", "**Paid tuition**", "**¥5,000.00**",
        "**Attended 0 of 2 lessons**", "3 misses running", "**Clicked an advertisement**",
        "**Left an enquiry**", "**Given to 李顾问**", "138****0000", "改打138****5678",
        "1 min 35 s", "51 days without a sign",
    ):  # fmt: skip
        assert line in text, line
    days = [line for line in text.splitlines() if ":small[:gray[" in line and " ago" in line]
    assert [day.split("**")[1] for day in days[:3]] == ["Thu 1 Oct", "Mon 21 Sep", "Wed 16 Sep"]


def test_person_page_speaks_chinese(people):
    text = shown(visit("manager", language="zh", person_id=people["lin"]))
    assert "这位家长8月1日经「feed」来到north，8月25日首次报名缴费，累计净缴费 4,010 元" in text
    assert (
        "上次联系是 109 天前（李顾问、电话、已沟通）。下一步：**连续缺课三次，今天电话召回**。"
        in text
    )
    assert "51 天没有动静" in text
    assert "连续缺课 3 次" in text


def test_person_page_runs_the_contact_clock(people):
    text = shown(visit("north", person_id=people["wang"]))
    assert ":orange[6 days not reached]" in text
    assert "day 5 passed: head of campus" in text
    assert "goes to another tomorrow" in text or "goes to another in 24 hours" in text
    assert "was never contacted. Next: **Call about the new enquiry**." in text


@pytest.mark.parametrize(
    ("user", "person"),
    [("south", "lin"), ("north", "zhao"), ("qian", "lin"), ("li", "wang"), ("teacher", "wang")],
)
def test_person_out_of_scope_looks_like_nobody(people, user, person):
    at = visit(user)
    answers = []
    for asked in (people[person], "P000000000000"):
        at.query_params["person_id"] = asked
        at.run()
        assert "Not found in what you may see." in shown(at)
        assert not at.main.header
        answers.append(words(at))
    # To the letter: the only difference would be a hint that somebody is there.
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("user", "texts"),
    [
        ("manager", {"赵云": True, "没有这个人": False, "x": False}),
        ("north", {"赵云": False, "王芳": True}),
        ("li", {"wangfang": False, "lxm": True}),
        ("qian", {"wangfang": True, "13800000000": False}),
        ("analyst", {"林晓": False, "+86 138-0000-0000": True, "林": True}),
        ("south", {"13800000000": False, "zy": True}),
        ("teacher", {"0000": True, "wf": False}),
    ],
)
def test_search_finds_only_what_the_viewer_may_see(people, user, texts):
    at = visit(user)
    for text, found in texts.items():
        at.text_input(key="person_typed").input(text).run()
        assert not at.exception
        assert bool(_results(at)) is found, text
        if len(text) > 1:
            assert ("Nobody found in what you may see." in shown(at)) is not found, text


def _results(at: AppTest) -> list[str]:
    return [b.key for b in at.button if b.key and b.key.startswith("person_result_")]


def test_search_result_opens_the_person_and_keeps_personal_text_out_of_the_address(people):
    at = visit("manager")
    assert "Nobody is open yet." in shown(at)
    for text in ("13800000000", "林晓梅", "linxiaomei", "0000"):
        at.text_input(key="person_typed").input(text).run()
        assert "q" not in at.query_params
    at.button(key=f"person_result_{people['lin']}").click().run()
    assert at.query_params["person_id"] == people["lin"]
    assert at.header[0].value == "林晓梅"
    # A new search closes the person.
    at.text_input(key="person_typed").input("wang-13").run()
    assert at.query_params["q"] == "wang-13"
    assert "person_id" not in at.query_params
    assert not at.main.header


def test_address_brings_an_id_back_but_no_number(people):
    at = visit("manager", q="lin-2")
    assert _results(at) == [f"person_result_{people['lin']}"]
    assert visit("manager", q="13800000000").text_input(key="person_typed").value == ""


@pytest.mark.parametrize(
    ("text", "is_id"),
    [("L000012", True), ("CRM-77", True), ("P00D", True), ("13800000000", False), ("1234", False),
     ("linxiaomei", False), ("林1", False), ("+8613800000000", False), ("L1; DROP", False)],
)  # fmt: skip
def test_record_id_is_told_from_personal_text(text, is_id):
    assert is_record_id(text) is is_id


def test_role_without_personal_rights_sees_masks_and_no_way_around(people):
    for user in ("analyst", "market"):
        at = visit(user, person_id=people["lin"])
        assert at.header[0].value.replace("\\", "") == "林**"
        assert "Your role sees masked numbers." in [c.value for c in at.main.caption]
        text = words(at)
        for secret in ("林晓梅", "林小宝", "13800000000", "13812345678", "person_show_"):
            assert secret not in text


def test_teacher_reads_lessons_but_neither_money_nor_contacts(people):
    at = visit("teacher", person_id=people["lin"])
    text = shown(at)
    assert "**Attended 0 of 2 lessons**" in text
    assert "your role does not read contacts" in text
    for hidden in ("¥", "Paid tuition", "Phone call", "改打", "Clicked"):
        assert hidden not in text


def _show(at: AppTest, person: str) -> None:
    at.selectbox(key=f"person_reason_{person}").select("call_back").run()
    at.button(key=f"person_show_{person}").click().run()
    assert not at.exception


def test_whole_number_comes_by_a_press_with_a_reason_and_one_log_line(people):
    audit = data.installation.process.installation().accounts.audit
    before = len(audit.lines(action="phone_shown"))
    at = visit("li", person_id=people["lin"])
    assert NUMBER[3:] not in words(at)
    assert at.button(key=f"person_show_{people['lin']}").disabled
    _show(at, people["lin"])
    assert NUMBER in words(at)
    lines = audit.lines(action="phone_shown")
    assert len(lines) == before + 1
    assert (lines[0].actor, lines[0].subject) == ("li", people["lin"])
    assert '"reason": "call_back"' in lines[0].detail
    assert NUMBER[-8:] not in lines[0].detail
    at.run()
    assert NUMBER not in words(at)
    assert len(audit.lines(action="phone_shown")) == before + 1


def test_whole_number_has_a_daily_limit(people, monkeypatch):
    audit = data.installation.process.installation().accounts.audit
    seen = sum(line.actor == "north" for line in audit.lines(action="phone_shown"))
    monkeypatch.setattr(phone_module, "SHOWN_A_DAY", seen + 1)
    at = visit("north", person_id=people["lin"])
    _show(at, people["lin"])
    assert NUMBER in words(at)
    _show(at, people["lin"])
    assert NUMBER not in words(at)
    assert "Today's limit" in at.warning[0].value
    assert audit.lines(action="phone_denied")[0].actor == "north"


def test_reveal_refuses_a_role_without_personal_rights_and_logs_it(people, monkeypatch):
    accounts = data.installation.process.installation().accounts
    monkeypatch.setattr(phone_module, "current_viewer", lambda: accounts.viewer("analyst"))
    with pytest.raises(phone_module.NotAllowed, match="role must read personal fields"):
        reveal(people["lin"], "call_back")
    line = accounts.audit.lines(action="phone_denied")[0]
    assert (line.actor, line.subject) == ("analyst", people["lin"])


def test_pills_show_only_the_kinds_picked(people):
    at = visit("manager", person_id=people["lin"])
    at.pills(key=f"person_kinds_{people['lin']}").select("money").run()
    assert not at.exception
    text = shown(at)
    assert "**Paid tuition**" in text
    assert "**Left an enquiry**" not in text
    assert "36 days without such an entry" in text


def test_timeline_begins_with_sixty_entries_and_grows(people):
    at = visit("manager", person_id=people["busy"])
    assert shown(at).count("**Looked at 1 page**") == FIRST - 1  # and the enquiry
    at.button(key="person_more").click().run()
    assert shown(at).count("**Looked at 1 page**") == FIRST + 15
    assert not [b for b in at.button if b.key == "person_more"]


def test_stored_text_never_becomes_markup(people):
    at = visit("manager", person_id=people["evil"])
    assert at.header[0].value == r"\:red\[x\]\<img\_src\=x\>\*\*b\*\*"
    assert ":red[x]" not in words(at)
    assert "<img_" not in words(at)


def _entry(day: str) -> dict[str, object]:
    return {"on": date.fromisoformat(day)}


def test_days_of_names_silence_between_entries_and_up_to_today():
    entries = [_entry(d) for d in ("2026-11-09", "2026-11-09", "2026-11-01", "2026-10-25")]
    days = list(days_of(entries, date(2026, 11, 21)))
    assert [(str(d.on), len(d.entries), d.silent_days) for d in days] == [
        ("2026-11-09", 2, 12),  # from the 9th to today
        ("2026-11-01", 1, 7),  # the 2nd to the 8th
        ("2026-10-25", 1, 0),  # six days between: not worth a word
    ]
    (today, before) = days_of([_entry("2026-11-21"), _entry("2026-11-13")], date(2026, 11, 21))
    assert (today.silent_days, before.silent_days) == (0, 7)
    assert list(days_of([], date(2026, 11, 21))) == []
