"""The folder of an installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import StoreUnavailable
from data.installation.home import Home
from data.landing.zone import Landing
from edulens.commands import main


def test_a_home_that_cannot_be_made_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StoreUnavailable, match="must be a folder that can be written"):
        Home(file).prepare()
    monkeypatch.setenv("EDULENS_HOME", str(file))
    assert main(["init"]) == 2
    assert "store_unavailable: EDULENS_HOME must be a folder" in capsys.readouterr().err


def test_a_home_that_is_read_only_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home").prepare()
    monkeypatch.setattr("os.access", lambda path, _mode: Path(path) != home.landing)
    with pytest.raises(StoreUnavailable, match="landing must be a folder that can be written"):
        home.prepare()


def test_doctor_does_not_call_a_home_that_is_none_healthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDULENS_HOME", str(tmp_path / "mistyped"))
    assert main(["doctor"]) == 2
    assert "must hold a store" in capsys.readouterr().err
    assert not (tmp_path / "mistyped").exists()


def test_a_full_disk_during_a_command_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_parts: object, **_more: object) -> list[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("EDULENS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Landing, "write_together", full)
    path = tmp_path / "leads.csv"
    path.write_text("lead_id,created_at,campus_id\nL1,2026-01-02,C1\n", encoding="utf-8")
    assert main(["import", str(path)]) == 2
    assert "No space left on device" in capsys.readouterr().err
