"""`winback up` in a process of its own, and commands beside it."""

import email
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import an_item
from command_line import PROGRAM, Ran, Up, running, until, winback

pytestmark = pytest.mark.xdist_group("winback-up")
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running(tmp_path_factory.mktemp("up") / "data") as up:
        assert beside(up, "policy", "set", "holdoutShare=0").code == 0
        yield up


def beside(up: Up, *args: object) -> Ran:
    return winback("--data-dir", up.folder, *args)


def emails_of(up: Up, user_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = beside(up, "emails", "list", "--user", user_id, "--json").json
    return found


def is_at_rest(up: Up) -> bool:
    status = beside(up, "status", "--json").json
    return not (status["changesWaiting"] or status["queue"]["waiting"] or status["queue"]["inWork"])


def sent(up: Up, user_id: str) -> list[dict[str, Any]]:
    until(lambda: any(each["status"] == "SENT" for each in emails_of(up, user_id)))
    until(lambda: is_at_rest(up))
    return emails_of(up, user_id)


def test_a_given_score_of_30_brings_one_email_and_one_file(up: Up) -> None:
    assert beside(up, "users", "put", DATA / "test-user-8.json").code == 0

    (mail,) = sent(up, "test-user-8")
    files = [path for path in (up.folder / "outbox").glob("*.eml") if b"test8@example.com" in path.read_bytes()]
    assert [str(path) for path in files] == [mail["place"]]
    message = email.message_from_bytes(files[0].read_bytes())
    assert (message["To"], message["Subject"]) == ("test8@example.com", mail["subject"])


def test_a_given_score_of_50_is_held_and_brings_no_email(up: Up) -> None:
    assert beside(up, "users", "put", DATA / "test-user-1.json").code == 0

    told = until(lambda: beside(up, "explain", "test-user-1", "--json").json if is_at_rest(up) else None)
    assert (told["verdict"], told["atRisk"], told["why"][0]["reason"]) == ("HOLD", False, "NOT_AT_RISK")
    assert emails_of(up, "test-user-1") == []
    assert "USER_CREATED test-user-1" in beside(up, "logs", "stream-processor").out


def test_ten_processes_that_put_one_client_at_once_bring_one_email(up: Up) -> None:
    item = (DATA / "test-user-8.json").read_text().replace("test-user-8", "many").replace("test8@", "many@")
    command = [*PROGRAM, "users", "put", item, "--data-dir", str(up.folder)]
    processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(10)]
    assert [process.wait(60) for process in processes] == [0] * 10

    (mail,) = sent(up, "many")
    assert Path(mail["place"]).exists()


def test_a_client_read_and_put_back_with_another_name_keeps_our_score(up: Up) -> None:
    item = an_item(userId="again", email="again@example.com", name="Name 0")
    beside(up, "users", "put", json.dumps(item))
    until(lambda: "engagementScore" in beside(up, "users", "show", "again", "--json").json)

    for turn in range(5):
        read = beside(up, "users", "show", "again", "--json").json
        assert read["name"] == f"Name {turn}"
        renamed = json.dumps({**read, "name": f"Name {turn + 1}"})
        assert winback("users", "put", "-", "--data-dir", up.folder, stdin=renamed).err == ""
        until(lambda: is_at_rest(up))
    assert beside(up, "explain", "again", "--json").json["scoreIsGiven"] is False


def test_what_is_written_during_a_pause_waits_and_goes_out_on_resume(up: Up) -> None:
    beside(up, "pause", "--why", "stock-taking")
    try:
        assert up.health()["sending"] == {"on": False}
        beside(up, "users", "put", '{"userId": "waits", "email": "waits@example.com", "engagementScore": 30}')
        until(lambda: beside(up, "explain", "waits", "--json").json.get("why") if emails_of(up, "waits") else None)
        assert [each["status"] for each in emails_of(up, "waits")] == ["GENERATED"]
    finally:
        resumed = beside(up, "resume")

    assert resumed.out == "sending is on; 1 waiting e-mail may go now\n"
    assert [each["status"] for each in sent(up, "waits")] == ["SENT"]


def test_real_clients_are_told_of_by_id_alone(up: Up) -> None:
    item = '{"userId": "by-id", "email": "secret@example.com", "name": "Secret Name", "engagementScore": 30}'
    beside(up, "users", "put", item)
    (mail,) = sent(up, "by-id")

    until(lambda: mail["emailId"] in up.out)
    assert "by-id  30 of 100" in up.out
    assert "ecret" not in up.out


def test_status_knows_that_it_runs(up: Up) -> None:
    status = beside(up, "status", "--json").json
    assert (status["running"], status["sending"]["sending"], status["sender"]) == (True, True, "folder")


def test_a_second_up_in_the_same_folder_is_refused_in_one_line(up: Up) -> None:
    second = beside(up, "up", "--port", up.port)
    assert (second.code, second.out) == (1, "")
    assert second.err.startswith("winback: another `winback up` (process ")
    assert second.err.count("\n") == 1


def test_a_busy_port_is_told_in_one_line(up: Up, tmp_path: Path) -> None:
    ran = winback("up", "--port", up.port, "--data-dir", tmp_path / "other")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"winback: port {up.port} on 127.0.0.1 is in use: stop what uses it, or choose another --port\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: int) -> None:
    with running(tmp_path / "data") as up:
        assert up.stop(number) == 0

    assert up.out.endswith("stopped; nothing is lost, the next start goes on from here\n")
    assert winback("status", "--json", "--data-dir", up.folder).json["running"] is False
    assert "started" in winback("logs", "backend", "--data-dir", up.folder).out


def test_a_real_sender_starts_paused_and_pauses_again_when_its_address_changes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shop = {"WINBACK_SENDER": "smtp", "WINBACK_SMTP_URL": "smtp://127.0.0.1:9", "WINBACK_FROM": "shop@shop.example"}
    with running(folder, env=shop) as up:
        assert up.health()["sending"] == {"on": False}
        assert winback("resume", "--data-dir", folder, env=shop).code == 0
        assert up.health()["sending"] == {"on": True}
    assert "a new store starts paused" in up.out

    with running(folder, env={**shop, "WINBACK_FROM": "other@shop.example"}) as up:
        assert up.health()["sending"] == {"on": False}
    assert "sending   paused by winback up: the From address changed since sending was resumed" in up.out
