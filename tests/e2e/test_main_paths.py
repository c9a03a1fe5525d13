"""The main paths, in a real browser: sign in, filter, drill to a person, export."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Served, settled

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def open_drawer(page: Page) -> None:
    page.get_by_role("button", name="看名单").first.click()
    page.get_by_role("dialog").wait_for()
    settled(page)


def exported(page: Page, tmp_path: Path, name: str = "下载 CSV") -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name=name).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_wrong_password_is_refused_in_words(served: Served, browser: Browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.url}/acquisition")
    assert "/login" in page.url
    page.fill("input[name=user]", "manager")
    page.fill("input[name=password]", "not the password")
    page.press("input[name=password]", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert "/login" in page.url
    context.close()


def test_a_deep_link_survives_the_sign_in(sign_in: SignIn):
    page = sign_in("manager", "/acquisition?window=60")
    assert "/acquisition" in page.url
    expect(page.get_by_role("navigation").get_by_text("获客")).to_be_visible()


def test_a_manager_sees_the_board_and_opens_the_rows_behind_it(sign_in: SignIn, tmp_path: Path):
    page = sign_in("manager")
    answer = page.locator(".st-key-board_pace_answer").get_by_role("heading")
    expect(answer).to_contain_text("本月新增线索")
    said = int(re.sub(r"\D", "", re.search(r"新增线索 ([\d,]+) 条", answer.inner_text())[1]))
    open_drawer(page)
    rows = exported(page, tmp_path)
    assert len(rows) == said
    assert sum(float(row["numerator"]) for row in rows) == said


def test_a_row_opens_its_person(sign_in: SignIn):
    page = sign_in("manager")
    open_drawer(page)
    table = page.get_by_role("dialog").locator("[data-testid=stDataFrame] canvas").first
    box = table.bounding_box()
    assert box is not None
    first = (box["x"] + 78, box["y"] + 52)  # the first row's link
    page.mouse.move(first[0] - 3, first[1])  # links come alive under the pointer
    page.wait_for_timeout(300)
    page.mouse.move(*first)
    page.wait_for_timeout(300)
    with page.context.expect_page() as opened:
        page.mouse.click(*first)
    person = opened.value
    settled(person)
    assert "/person?person_id=P" in person.url
    expect(person.get_by_text(re.compile("留下线索|线索")).first).to_be_visible()


def test_a_filter_stays_in_the_address_and_across_pages(sign_in: SignIn):
    page = sign_in("manager", "/?period=last_90")
    expect(page.get_by_role("button", name=re.compile("近90天"))).to_be_visible()
    page.get_by_role("navigation").get_by_text("获客").click()
    settled(page)
    expect(page.get_by_role("button", name=re.compile("近90天"))).to_be_visible()


def test_a_campus_head_gets_no_other_campus_even_by_export(sign_in: SignIn, tmp_path: Path):
    page = sign_in("head_north")
    open_drawer(page)
    north = {row["campus_id"] for row in exported(page, tmp_path)}
    page = sign_in("head_south")
    open_drawer(page)
    south = {row["campus_id"] for row in exported(page, tmp_path)}
    assert north
    assert south
    assert not north & south


def test_an_analyst_gets_no_phone_number(sign_in: SignIn, tmp_path: Path):
    page = sign_in("analyst")
    open_drawer(page)
    rows = exported(page, tmp_path)
    assert rows
    assert not [cell for row in rows for cell in row.values() if PHONE.search(cell)]


def test_english_is_one_switch_away(sign_in: SignIn):
    page = sign_in("consultant2")  # whose account keeps the language
    page.get_by_role("radio", name="EN").or_(page.get_by_text("EN", exact=True)).first.click()
    settled(page)
    expect(page.get_by_role("heading", name="How does today stand")).to_be_visible()
    expect(page.locator("[data-testid=stMain]")).to_contain_text("New leads this month")


@pytest.mark.parametrize("path", ["/", "/acquisition", "/person"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_a_page_without_scrolling_sideways(sign_in: SignIn, path: str, theme: str):
    page = sign_in("manager", path, width=390, theme=theme)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("e => e.scrollWidth") <= 390


def test_signing_out_ends_every_tab(sign_in: SignIn, served: Served):
    page = sign_in("marketing")
    second = page.context.new_page()
    second.goto(served.url)
    settled(second)
    signed_out = page.context.request.post(
        f"{served.url}/logout", headers={"Origin": served.url}, max_redirects=0
    )
    assert signed_out.status == 303
    second.goto(served.url)
    assert "/login" in second.url


def test_ctrl_k_is_ready_to_be_typed_in_and_typed_in_again(sign_in: SignIn):
    page = sign_in("manager")
    field = page.get_by_role("searchbox")
    for word in ("获客", "转化"):
        page.keyboard.press("Control+k")
        expect(field).to_be_focused()
        page.keyboard.type(word)
        expect(field).to_have_value(word)
        expect(page.get_by_role("dialog").get_by_role("link", name=word)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_charts_and_logo_follow_a_theme_that_changes_by_itself(sign_in: SignIn):
    page = sign_in("manager")
    logo = page.get_by_test_id("stSidebarLogo").or_(page.get_by_test_id("stLogo")).first
    light = logo.get_attribute("src")
    page.emulate_media(color_scheme="dark")
    expect(logo).not_to_have_attribute("src", light or "")
    settled(page)
    tick = page.locator(".js-plotly-plot .xtick text").first
    assert tick.evaluate("e => getComputedStyle(e).fill") == "rgb(154, 165, 180)"
