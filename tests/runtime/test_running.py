"""Whether a `winback up` runs is told by the lock it holds, whoever's process it is."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from winback.adapters.local.folder import FolderLock
from winback.runtime.running import running_in


def test_the_holder_of_the_lock_runs(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    assert running_in(tmp_path) == os.getpid()
    lock.release()
    assert running_in(tmp_path) is None


def test_a_process_of_another_user_that_holds_the_lock_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_allowed(process: int, number: int) -> NoReturn:
        raise PermissionError

    lock = FolderLock(tmp_path)
    monkeypatch.setattr(os, "kill", not_allowed)
    assert running_in(tmp_path) == os.getpid()
    lock.release()
    assert running_in(tmp_path) is None


@pytest.mark.parametrize("content", ["", "no number", str(2**31 - 1), "9" * 30])
def test_a_file_that_names_nobody_alive_means_that_nothing_runs(tmp_path: Path, content: str) -> None:
    (tmp_path / "winback.lock").write_text(content)
    assert running_in(tmp_path) is None


def test_a_folder_that_was_never_used_has_nobody_running(tmp_path: Path) -> None:
    assert running_in(tmp_path) is None
