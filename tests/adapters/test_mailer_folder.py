"""The folder sender on a real folder."""

import errno
import os
import stat
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import NoReturn

import pytest

from builders import NOW
from letters import a_letter
from winback.adapters.local.mailer_folder import FolderMailer
from winback.domain.errors import Rejected, SenderIll


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "data" / "outbox"


def _subject(file: Path) -> str:
    return str(message_from_bytes(file.read_bytes(), policy=default)["Subject"])


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_place_is_the_file_named_by_the_email(outbox: Path) -> None:
    assert FolderMailer(outbox).send(a_letter(), NOW) == str(outbox / "e-1.eml")
    assert _subject(outbox / "e-1.eml") == "Hello from e-1"


def test_only_the_owner_may_read(outbox: Path) -> None:
    place = FolderMailer(outbox).send(a_letter(), NOW)
    assert _mode(outbox) == 0o700
    assert _mode(Path(place)) == 0o600


def test_the_first_file_of_an_email_stays(outbox: Path) -> None:
    mailer = FolderMailer(outbox)
    place = mailer.send(a_letter(), NOW)
    assert mailer.send(replace(a_letter(), subject="Another"), NOW) == place
    assert _subject(Path(place)) == "Hello from e-1"


def test_another_process_is_seen_too(outbox: Path) -> None:
    FolderMailer(outbox).send(a_letter(), NOW)
    assert FolderMailer(outbox).look("e-1") is True


def test_it_always_knows(outbox: Path) -> None:
    mailer = FolderMailer(outbox)
    assert mailer.look("e-1") is False
    mailer.send(a_letter(), NOW)
    assert mailer.look("e-1") is True
    assert mailer.look("e-2") is False


def test_a_draft_left_by_a_crash_is_no_letter(outbox: Path) -> None:
    outbox.mkdir(parents=True)
    (outbox / ".abc.tmp").write_bytes(b"half a let")
    mailer = FolderMailer(outbox)
    assert mailer.look("e-1") is False
    mailer.send(a_letter(), NOW)
    assert [file.name for file in outbox.glob("*.eml")] == ["e-1.eml"]


@pytest.mark.parametrize(
    "email_id", ["", ".", "..", "../e-1", "a/b", "/etc/passwd", ".hidden", "a\0b", "a\nb", "e" * 129]
)
def test_an_id_that_could_leave_the_folder_is_refused(outbox: Path, email_id: str) -> None:
    mailer = FolderMailer(outbox)
    with pytest.raises(Rejected):
        mailer.send(a_letter(email_id), NOW)
    assert mailer.look(email_id) is False
    assert not outbox.exists()


def test_a_folder_that_cannot_be_made_is_the_senders_fault(outbox: Path) -> None:
    outbox.parent.write_text("a file where the data folder should be")
    with pytest.raises(SenderIll, match=r"outbox.*make room there or let Winback write to it"):
        FolderMailer(outbox).send(a_letter(), NOW)


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_full_disk_leaves_neither_letter_nor_draft(outbox: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    mailer = FolderMailer(outbox)
    mailer.send(a_letter("e-0"), NOW)

    def full(*arguments: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, step, full)
        with pytest.raises(SenderIll, match="No space left"):
            mailer.send(a_letter("e-1"), NOW)
    assert [file.name for file in outbox.iterdir()] == ["e-0.eml"]
    assert mailer.look("e-1") is False


def test_an_id_is_a_whole_file_or_none_for_who_looks_meanwhile(outbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mailer = FolderMailer(outbox)
    seen: list[bool | None] = []
    fsync = os.fsync

    def look_and_sync(descriptor: int) -> None:
        seen.append(mailer.look("e-1"))
        fsync(descriptor)

    mailer.send(a_letter("e-0"), NOW)
    monkeypatch.setattr(os, "fsync", look_and_sync)
    mailer.send(a_letter("e-1"), NOW)
    assert seen == [False, True]  # before the file's own content is safe; before its name is
