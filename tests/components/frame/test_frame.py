"""The frame: each role's pages, the language, what is asked and what stays outside."""

from pathlib import Path

import pytest
from streamlit.util import calc_hash

from components.frame import search
from components.kit.navigation import PERSON_PAGE, SECTIONS, entries_for
from components.words.i18n import N_
from data.scope import ROLES

ENTRIES = {entry.script: entry for _title, entries in SECTIONS for entry in entries}


PLANNING = {"overview/plans", "growth/activities"}  # for those who plan


@pytest.fixture
def stubs(tmp_path, monkeypatch):
    """Pages that only say their name, so that the frame is tested and not they."""
    for script in ENTRIES:
        page = tmp_path / "pages" / f"{script}.py"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"import streamlit as st\nst.write({script!r})\n", encoding="utf-8")
    monkeypatch.setattr("components.kit.navigation.FOLDER", tmp_path / "pages")
    return tmp_path / "pages"


def scripts(role: str) -> set[str]:
    """The pages that a role has."""
    return {e.script for _title, entries in entries_for(ROLES[role]) for e in entries}


def test_every_listed_page_is_installed():
    assert [e.script for e in ENTRIES.values() if not e.path.exists()] == []


def test_a_manager_has_every_page():
    assert scripts("manager") == set(ENTRIES)


@pytest.mark.parametrize(
    ("role", "without"),
    [
        ("campus_head", {"admin/sources", "admin/access"}),
        ("marketing", {"admin/access", "lifecycle/learning", "lifecycle/renewal"}),
        ("analyst", {"admin/sources", "admin/access"}),
        ("consultant", {"admin/sources", "admin/access", "lifecycle/learning", *PLANNING}),
        (
            "teacher",
            {
                "admin/sources",
                "admin/access",
                "lifecycle/acquisition",
                "lifecycle/conversion",
                "lifecycle/renewal",
                "growth/visitors",
                "growth/spread",
                *PLANNING,
            },
        ),
    ],
)
def test_a_role_has_no_page_that_it_could_not_read_or_use(role, without):
    assert scripts(role) == set(ENTRIES) - without


def test_pages_have_addresses_of_their_own():
    stems = [Path(script).name for script in ENTRIES]
    assert len(stems) == len(set(stems))


@pytest.mark.parametrize("user", ["manager", "head", "lady", "tutor", "guide", "eye"])
def test_the_application_opens_for_every_role(served, stubs, user):
    at = served.frame(user)
    assert not at.exception
    assert "overview/board" in [text.value for text in at.markdown]


@pytest.mark.parametrize(
    ("user", "page"),
    [
        ("guide", "admin/access"),
        ("head", "admin/access"),
        ("tutor", "lifecycle/acquisition"),
        ("eye", "admin/sources"),
    ],
)
def test_a_page_of_another_role_does_not_open(served, stubs, user, page):
    at = served.frame(user)
    with pytest.raises(ValueError, match="page"):
        at.switch_page(str(stubs / f"{page}.py"))


def test_the_address_of_another_roles_page_says_so(served, stubs):
    at = served.frame("tutor")
    at._page_hash = calc_hash("acquisition")  # as the address bar asks for it
    at.run()
    assert not at.exception
    assert [title.value for title in at.subheader] == ["获客"]
    assert any("您的角色没有这个页面" in text.value for text in at.markdown)


@pytest.mark.parametrize("page", sorted(ENTRIES))
def test_every_page_opens_in_english_too(served, monkeypatch, page):
    monkeypatch.setenv("EDULENS_LANG", "en")  # AppTest words the options outside a script
    monkeypatch.setattr(
        "components.kit.navigation.SECTIONS", ((N_("Pages"), (ENTRIES[page],)),)
    )  # the page alone: it is then the first to open
    at = served.frame(lang="EN")
    assert not at.exception
    assert all(title.value.isascii() for title in at.title)


def test_the_bar_says_as_of_when_and_whether_sources_are_fresh(served, stubs):
    at = served.frame()
    labels = [block.proto.popover.label for block in at.get("popover")]
    assert any(label.startswith("截至 11月21日 18:00") for label in labels)


def test_the_switch_turns_words_into_english(served, stubs, monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")
    at = served.frame(lang="en")
    labels = [block.proto.popover.label for block in at.get("popover")]
    assert any(label.startswith("As of 21 Nov 18:00") for label in labels)


def test_pages_that_days_do_not_bear_on_have_no_filters(served, stubs):
    at = served.frame()
    at.switch_page(str(stubs / "admin/dictionary.py")).run()
    assert "period_choice" not in {box.key for box in at.selectbox}


def test_filters_outlive_a_page_without_them(served, stubs):
    at = served.frame()
    at.selectbox("period_choice").set_value("last_7").run()
    at.switch_page(str(stubs / "admin/dictionary.py")).run()
    at.switch_page(str(stubs / "overview/board.py")).run()
    assert at.selectbox("period_choice").value == "last_7"


def test_search_finds_pages_by_their_name_in_any_language():
    dictionary = ENTRIES["admin/dictionary"]
    assert search._matches(dictionary, "字典")
    assert search._matches(dictionary, "METRIC")
    assert search._matches(dictionary, "")
    assert not search._matches(dictionary, "招生")


def test_the_way_to_a_person_leads_through_a_page_that_exists():
    assert PERSON_PAGE in ENTRIES


def looked_up() -> None:
    import streamlit as st

    from components.ask.people_search import find_people

    st.session_state["found"] = sorted(find_people(st.query_params["text"])["name"])


@pytest.mark.parametrize(
    ("user", "text", "names"),
    [
        ("manager", "王芳", ["王芳"]),
        ("manager", "wangfang", ["王芳"]),
        ("manager", "赵", ["赵敏"]),
        ("head", "赵", []),  # of another campus
        ("eye", "王芳", []),  # masked names are compared as they are shown
    ],
)
def test_search_keeps_to_what_the_viewer_may_read(served, user, text, names):
    at = served.run(looked_up, user, text=text)
    assert not at.exception
    assert at.session_state["found"] == names


def test_search_finds_a_full_phone_number_by_its_key(served, monkeypatch):
    from tests.journeys import KEY

    monkeypatch.setattr("data.installation.home.Home.key", lambda self, name: KEY)
    cursor = served.installation.store.cursor()
    (phone,) = cursor.execute("SELECT phone FROM fact_person WHERE name = '王芳'").fetchone()
    at = served.run(looked_up, text=phone)
    assert at.session_state["found"] == ["王芳"]


def failing() -> None:
    from components.kit.states import error_in_words
    from data.errors import CorruptSegment, NotAllowed

    error_in_words(NotAllowed("secret detail"))
    error_in_words(CorruptSegment("secret detail"))


def test_errors_are_told_in_words_without_their_inside(served):
    at = served.run(failing)
    said = [error.value for error in at.error]
    assert said[0] == "**您的角色不能查看这部分。** 请机构管理员调整您的角色。"
    assert len(said) == 2
    assert "secret" not in "".join(said)


def empty() -> None:
    from components.kit.states import nothing_to_show

    nothing_to_show("没有线索。")
    nothing_to_show("这些日子没有线索。", "换一个月。")


def test_an_empty_part_says_why_and_what_to_do(served):
    at = served.run(empty)
    assert [said.value for said in at.markdown] == [
        ":material/inbox: **没有线索。**", ":material/inbox: **这些日子没有线索。**",
    ]  # fmt: skip
    assert [said.value for said in at.caption] == ["放宽日期，或去掉一个筛选条件。", "换一个月。"]
