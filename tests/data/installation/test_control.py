from __future__ import annotations

import socket
import stat
import sys
import threading

import pytest

from data.errors import StoreUnavailable
from data.installation.control import CommandSocket, forward
from data.installation.home import Home
from edulens.commands import main


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").prepare()


def test_a_command_runs_in_the_serving_process_and_its_words_come_back(home):
    def run(command):
        print(f"counted {command['metric']}")
        print("mind the gap", file=sys.stderr)
        return 3

    served = CommandSocket(home, run)
    try:
        outcome = forward(home, {"command": "query", "metric": "new_leads"})
    finally:
        served.close()
    assert outcome is not None
    assert (outcome.code, outcome.out, outcome.err) == (3, "counted new_leads\n", "mind the gap\n")


def test_without_a_serving_process_nothing_is_forwarded(home):
    assert forward(home, {"command": "query"}) is None


def test_a_socket_left_behind_by_a_killed_process_is_no_serving_process(home):
    home.socket.touch()
    assert forward(home, {"command": "query"}) is None
    served = CommandSocket(home, lambda _command: 0)
    served.close()
    assert not home.socket.exists()


def test_only_the_owner_may_reach_the_socket(home):
    served = CommandSocket(home, lambda _command: 0)
    try:
        assert stat.S_IMODE(home.socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    finally:
        served.close()


def test_a_usage_error_in_a_command_does_not_end_the_serving_process(home):
    def run(_command):
        raise SystemExit(2)

    served = CommandSocket(home, run)
    try:
        assert [forward(home, {"command": "x"}).code for _ in range(2)] == [2, 2]
    finally:
        served.close()


def test_a_home_with_a_long_name_can_be_served(tmp_path):
    home = Home(tmp_path / ("x" * 120)).prepare()
    served = CommandSocket(home, lambda _command: 0)
    try:
        assert forward(home, {}).code == 0
    finally:
        served.close()


def test_a_command_that_fails_leaves_the_next_one_its_turn(home):
    def run(command):
        if command["command"] == "bad":
            raise KeyError("nobody thought of this")
        return 0

    served = CommandSocket(home, run)
    try:
        failed = forward(home, {"command": "bad"})
        assert failed.code == 1
        assert "nobody thought of this" in failed.err
        assert forward(home, {"command": "good"}).code == 0
    finally:
        served.close()


def test_an_application_that_ends_during_a_command_is_told_in_words(home):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(home.socket))
        listener.listen()

        def end() -> None:
            listener.accept()[0].close()

        ending = threading.Thread(target=end)
        ending.start()
        with pytest.raises(StoreUnavailable, match="ended meanwhile"):
            forward(home, {"command": "load"})
        ending.join()


def test_a_mapping_given_by_its_path_is_found_by_the_serving_process(home, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setenv("EDULENS_HOME", str(home.path))
    served = CommandSocket(home, lambda command: asked.append(command) or 0)
    try:
        monkeypatch.chdir(tmp_path)
        assert main(["import", "a.csv", "--map", "crm.toml"]) == 0
        assert main(["import", "a.csv", "--map", "oulad"]) == 0
    finally:
        served.close()
    assert [command["mapping"] for command in asked] == [str(tmp_path / "crm.toml"), "oulad"]
    assert asked[0]["files"] == [str(tmp_path / "a.csv")]
