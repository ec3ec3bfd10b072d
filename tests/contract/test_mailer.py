"""What every mailer promises, whatever it sends with."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from aws.emulated import clients, new_bucket
from aws.ses_server import HEALTHY, SesServer, ses_client
from builders import NOW
from letters import a_letter, email_id_of
from smtp_server import SmtpServer
from winback.adapters.aws.mailer_bucket import BucketMailer
from winback.adapters.aws.mailer_ses import SesMailer
from winback.adapters.local.mailer_folder import FolderMailer
from winback.adapters.local.mailer_smtp import SmtpMailer
from winback.adapters.memory import MemoryMailer
from winback.domain.errors import SenderIll
from winback.domain.switch import SenderKind
from winback.ports import Mailer

A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Bench:
    """A mailer with its other end. `fall_ill` makes that end refuse the sender, `mend` makes it well again."""

    mailer: Mailer
    kind: SenderKind
    arrived: Callable[[], list[str]]
    fall_ill: Callable[[], None]
    mend: Callable[[], None]


@contextmanager
def _folder(tmp_path: Path) -> Iterator[Bench]:
    outbox, aside = tmp_path / "outbox", tmp_path / "aside"
    outbox.mkdir()

    def fall_ill() -> None:
        outbox.rename(aside)
        outbox.write_text("a file where the folder should be")

    def mend() -> None:
        outbox.unlink()
        aside.rename(outbox)

    def arrived() -> list[str]:
        return sorted(file.stem for file in outbox.glob("*.eml"))

    yield Bench(FolderMailer(outbox), SenderKind.FOLDER, arrived, fall_ill, mend)


@contextmanager
def _smtp(tmp_path: Path) -> Iterator[Bench]:
    with SmtpServer() as server, closing(SmtpMailer(server.url())) as mailer:

        def arrived() -> list[str]:
            return sorted(email_id_of(letter.message["Subject"]) for letter in server.accepted)

        yield Bench(mailer, SenderKind.SMTP, arrived, server.stop, server.start)


@contextmanager
def _bucket(tmp_path: Path) -> Iterator[Bench]:
    s3, bucket = clients().s3, new_bucket(f"outbox-{uuid4().hex}")

    def arrived() -> list[str]:
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return sorted(Path(entry["Key"]).stem for entry in listed)

    def fall_ill() -> None:
        s3.delete_bucket(Bucket=bucket)

    def mend() -> None:
        new_bucket(bucket)

    yield Bench(BucketMailer(s3, bucket), SenderKind.FOLDER, arrived, fall_ill, mend)


@contextmanager
def _ses(tmp_path: Path) -> Iterator[Bench]:
    with SesServer() as server, ses_client(server.url) as client:

        def arrived() -> list[str]:
            return sorted(email_id_of(subject) for subject in server.subjects())

        def fall_ill() -> None:
            server.account = {**HEALTHY, "SendingEnabled": False}

        def mend() -> None:
            server.account = HEALTHY

        yield Bench(SesMailer(client, "our-set"), SenderKind.SES, arrived, fall_ill, mend)


@contextmanager
def _memory(tmp_path: Path) -> Iterator[Bench]:
    mailer = MemoryMailer(SenderKind.SES, can_look=False)

    def arrived() -> list[str]:
        return sorted(letter.email_id for letter in mailer.letters)

    def fall_ill() -> None:
        mailer.ill = NOW + A_MINUTE, "the account is suspended"

    def mend() -> None:
        mailer.ill = None

    yield Bench(mailer, SenderKind.SES, arrived, fall_ill, mend)


@pytest.fixture(params=[_folder, _smtp, _bucket, _ses, _memory], ids=["folder", "smtp", "bucket", "ses", "memory"])
def mailers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    opened: Callable[[Path], AbstractContextManager[Bench]] = request.param
    with opened(tmp_path) as bench:
        yield bench


def test_a_letter_sent_arrives_once_and_has_a_place(mailers: Bench) -> None:
    assert mailers.mailer.send(a_letter(), NOW)
    assert mailers.arrived() == ["e-1"]


def test_each_letter_arrives(mailers: Bench) -> None:
    for number in range(3):
        mailers.mailer.send(a_letter(f"e-{number}"), NOW)
    assert mailers.arrived() == ["e-0", "e-1", "e-2"]


def test_it_says_what_it_sends_with(mailers: Bench) -> None:
    assert mailers.mailer.kind is mailers.kind


def test_it_never_says_that_a_sent_letter_was_not_sent(mailers: Bench) -> None:
    mailers.mailer.send(a_letter(), NOW)
    assert mailers.mailer.look("e-1") is not False


def test_it_never_says_that_an_unsent_letter_was_sent(mailers: Bench) -> None:
    mailers.mailer.send(a_letter(), NOW)
    assert mailers.mailer.look("e-2") is not True


def test_a_healthy_sender_is_not_ill(mailers: Bench) -> None:
    mailers.mailer.send(a_letter(), NOW)
    assert mailers.mailer.ill_until(NOW) is None


def test_an_ill_sender_sends_nothing_and_blames_itself(mailers: Bench) -> None:
    mailers.fall_ill()
    with pytest.raises(SenderIll):
        mailers.mailer.send(a_letter(), NOW)
    mailers.mend()
    assert mailers.arrived() == []


def test_an_ill_sender_says_why_and_is_tried_again_within_a_minute(mailers: Bench) -> None:
    mailers.fall_ill()
    with pytest.raises(SenderIll):
        mailers.mailer.send(a_letter(), NOW)
    ill = mailers.mailer.ill_until(NOW)
    assert ill is not None
    assert NOW < ill[0] <= NOW + A_MINUTE
    assert ill[1]
    assert mailers.mailer.ill_until(ill[0]) is None


def test_a_mended_sender_sends_what_it_could_not_exactly_once(mailers: Bench) -> None:
    mailers.fall_ill()
    with pytest.raises(SenderIll):
        mailers.mailer.send(a_letter(), NOW)
    mailers.mend()
    mailers.mailer.send(a_letter(), NOW + A_MINUTE)
    assert mailers.arrived() == ["e-1"]
    assert mailers.mailer.ill_until(NOW + A_MINUTE) is None


def test_it_can_be_closed_more_than_once(mailers: Bench) -> None:
    mailers.mailer.send(a_letter(), NOW)
    mailers.mailer.close()
    mailers.mailer.close()
    assert mailers.arrived() == ["e-1"]


def test_neither_repr_nor_words_hold_the_address(mailers: Bench) -> None:
    mailers.fall_ill()
    with pytest.raises(SenderIll) as error:
        mailers.mailer.send(a_letter(), NOW)
    words = f"{mailers.mailer!r} {error.value} {mailers.mailer.ill_until(NOW)}"
    assert "jane" not in words
    assert "example.com" not in words
