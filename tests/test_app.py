"""The application as it is served: one process, gate in front, frame behind."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.routing import Router

import app as application
import data.installation.process
from components.signin.health import health, health_route
from data.accounts import Accounts, seed_sample_accounts
from data.errors import NotAllowed
from data.installation.home import Home
from data.installation.process import Installation
from data.landing.loader import create_tables
from data.landing.zone import Landing
from data.stores import DuckDBStore
from tests.asgi import Browser
from tests.signin import PASSWORD, add_account

ROOT = Path(__file__).parents[1]
HEALTH = {
    "status", "store_version", "as_of", "received", "stored", "duplicate", "quarantined",
    "lag_seconds",
}  # fmt: skip


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation with an account and no data; it is this process's."""
    home = Home(tmp_path / "home").prepare()
    made = Installation(home, DuckDBStore(home.store), Landing(home.landing), Accounts(home))
    add_account(made.accounts, "manager")
    monkeypatch.setattr(data.installation.process, "_opened", made)
    yield made
    made.close()


@pytest.fixture
def browser(opened: Installation) -> Iterator[Browser]:
    with Browser(application.app) as made:
        yield made


def test_app_is_short_enough_to_read_at_a_glance():
    assert len((ROOT / "app.py").read_text().splitlines()) <= 60


def test_no_script_lies_directly_in_pages():
    assert list((ROOT / "pages").glob("*.py")) == [], "Streamlit would serve it without the frame"


def test_app_serves_the_frame(browser: Browser):
    assert application.app.script_path == Path("components/frame/frame.py")
    assert (ROOT / "components" / "frame" / "frame.py").is_file()


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/host-config",
        "/_stcore/script-health-check",
        "/_stcore/upload_file/x/y",
        "/_stcore/agent/openapi.json",
        "/media/0123456789abcdef.csv",
        "/component/streamlit_authenticator/index.html",
        "/static/js/index.js",
        "/manifest.json",
        "/gate.js",
        "/password",
        "/metrics",
    ],
)
def test_app_guards_streamlits_own_routes(browser: Browser, path: str):
    assert browser.fetch(path).status == 401


def test_app_asks_for_sign_in_and_says_so_of_samples_only(browser: Browser, opened: Installation):
    assert browser.get("/").headers["location"] == "/login?next=/"
    assert "示例" not in browser.get("/login").text
    opened.home.sample_marker.write_text("scale=1")
    seed_sample_accounts(opened.accounts, opened.home)
    assert "示例机构" in browser.get("/login").text


def test_app_tells_its_health_without_sign_in(browser: Browser, opened: Installation):
    answer = browser.fetch("/healthz")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    told = json.loads(answer.body)
    assert told.keys() == HEALTH
    assert (told["status"], told["store_version"], told["lag_seconds"]) == ("ok", 0, 0)


def test_health_counts_what_was_loaded_and_how_long_the_rest_waits(opened: Installation):
    with opened.store.writing() as cursor:
        create_tables(cursor)
        cursor.execute(
            "INSERT INTO load_log BY NAME SELECT 's' AS segment, 10 AS rows, 4 AS inserted,"
            " 2 AS updated, 3 AS duplicate, 1 AS quarantined FROM range(2)"
        )
        cursor.execute("UPDATE store_state SET version = 7, as_of = TIMESTAMP '2026-11-21 10:00'")
    told = health(opened)
    assert (told["received"], told["stored"], told["duplicate"], told["quarantined"]) == (
        20, 12, 6, 2,
    )  # fmt: skip
    assert (told["store_version"], told["as_of"]) == (7, "2026-11-21T10:00:00+00:00")
    assert told["lag_seconds"] == 0
    waiting = opened.landing.path / "00000000000000000001.leads.segment"
    waiting.write_bytes(b"")
    assert 0 <= health(opened)["lag_seconds"] < 60
    os.utime(waiting, (time.time() - 90, time.time() - 90))
    assert health(opened)["status"] == "late"
    with opened.store.writing() as cursor:
        cursor.execute(
            "INSERT INTO load_log BY NAME SELECT ? AS segment, 0 AS rows", [waiting.name]
        )
    assert health(opened)["lag_seconds"] == 0


def test_health_is_bad_when_the_disk_is_full(opened: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    with Browser(Router([health_route(lambda: opened)])) as browser:
        answer = browser.fetch("/healthz")
    assert (answer.status, json.loads(answer.body)["status"]) == (503, "disk_full")


def test_app_shows_its_own_icon_before_sign_in(browser: Browser):
    answer = browser.fetch("/favicon.ico")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert answer.body.startswith(b"\x89PNG")


def test_health_is_bad_when_the_store_is_closed(opened: Installation):
    opened.store.close()
    assert health(opened) == {"status": "error", "reason": "StoreUnavailable"}


def test_sign_in_works_through_the_whole_application(browser: Browser):
    answer = browser.post("/login", {"user": "manager", "password": PASSWORD, "next": "/access"})
    assert (answer.status, answer.headers["location"]) == (303, "/access")


def test_the_first_pages_own_name_leads_to_the_front_door_with_what_was_chosen(browser: Browser):
    assert browser.get("/board").headers["location"].startswith("/login")
    browser.post("/login", {"user": "manager", "password": PASSWORD})
    assert browser.get("/board").headers["location"] == "/"
    answer = browser.get("/board?lang=EN&campus=north")
    assert (answer.status, answer.headers["location"]) == (307, "/?lang=EN&campus=north")


def test_trusted_headers_are_the_gates_and_costly_collections_are_off():
    assert st.get_option("server.trustedUserHeaders") == {
        "x-edulens-user": "user",
        "x-edulens-role": "role",
        "x-edulens-sid": "sid",
    }
    assert st.get_option("runner.postScriptGC") is False
    assert st.get_option("browser.gatherUsageStats") is False
    assert st.get_option("client.showErrorDetails") == "none"


@pytest.mark.parametrize("error", [ValueError("13812345678"), NotAllowed("secret inside")])
def test_script_errors_are_told_in_words_and_written_down(
    error: Exception, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    monkeypatch.setattr(st, "error", lambda text, **options: told.append(text))
    with caplog.at_level(logging.ERROR, "edulens"):
        assert application.on_script_error(error)
    assert str(error) not in told[0]
    assert caplog.records[0].exc_info
