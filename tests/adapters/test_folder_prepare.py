"""Preparing the data folder closes what is Winback's own, and leaves every other folder of the machine as it is."""

import os
from pathlib import Path

import pytest

from winback.adapters.local.folder import STORE_FILE, prepare
from winback.domain.errors import Refused


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o7777


def somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing that is on the disk belongs to who runs Winback."""
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)


def test_a_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert mode(prepare(tmp_path / "data")) == 0o700


def test_an_empty_folder_of_ours_is_closed(open_folder: Path) -> None:
    assert mode(prepare(open_folder)) == 0o700


def test_a_folder_that_holds_our_store_is_closed(open_folder: Path) -> None:
    (open_folder / STORE_FILE).touch()
    (open_folder / "notes.txt").touch()
    assert mode(prepare(open_folder)) == 0o700


@pytest.mark.parametrize("permissions", [0o755, 0o750, 0o1777])
def test_an_open_folder_with_other_things_is_refused_in_one_line_and_left_alone(
    open_folder: Path, permissions: int
) -> None:
    open_folder.chmod(permissions)
    (open_folder / "notes.txt").touch()
    with pytest.raises(Refused, match="open to others and holds no store of ours: choose a new or empty") as refused:
        prepare(open_folder)
    assert "\n" not in str(refused.value)
    assert mode(open_folder) == permissions


def test_a_closed_folder_with_other_things_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    tmp_path.chmod(0o500)
    try:
        assert mode(prepare(tmp_path)) == 0o500
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("content", [[], [STORE_FILE]], ids=["empty", "with a store"])
def test_an_open_folder_of_somebody_else_is_refused_whatever_lies_in_it(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, content: list[str]
) -> None:
    for name in content:
        (open_folder / name).touch()
    somebody_else(monkeypatch)
    with pytest.raises(Refused, match="open to others"):
        prepare(open_folder)
    assert mode(open_folder) == 0o755
