"""The world of one machine, as the settings make it."""

from pathlib import Path

import pytest

from builders import NOW
from letters import a_letter
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.bootstrap import local
from winback.domain.switch import SenderKind
from winback.ports import Mailer
from winback.settings import Settings


def test_where_an_email_lies_holds_from_every_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened = local(Settings(data_dir=Path("data")))
    place = Path(opened.world.mailer.send(a_letter(), NOW))
    opened.close()
    monkeypatch.chdir("/")
    assert place.is_file()
    assert opened.folder == tmp_path / "data"


def test_with_the_world_its_mailer_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    relay = {"sender_kind": SenderKind.SMTP, "smtp_url": "smtp://127.0.0.1:2525"}
    opened = local(Settings(data_dir=tmp_path / "data", **relay))  # type: ignore[arg-type]  # of two types
    closed: list[Mailer] = []
    monkeypatch.setattr(SmtpMailer, "close", lambda mailer: closed.append(mailer))
    opened.close()
    assert closed == [opened.world.mailer]
