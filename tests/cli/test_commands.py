"""What each command prints, for people and as JSON, of a store that holds a bit of everything."""

import json
import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import a_body, a_contact, a_decision, a_policy, a_user, an_email
from command_line import Ran, on_a_terminal, winback
from winback.adapters.local.store import LocalStore
from winback.adapters.local.topic import LocalTopic
from winback.bootstrap import local
from winback.domain.contact import DueFor
from winback.domain.decision import Verdict
from winback.domain.email import EmailStatus
from winback.domain.event import Event, EventType
from winback.domain.reason import Reason, Why
from winback.domain.switch import SenderKind
from winback.pipeline import EMAIL_QUEUE, queues
from winback.ports import Add, Put
from winback.runtime.log import LogFolder, StepLine
from winback.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    with closing(LocalStore.open(folder)) as store:
        for name, at_risk, days in (("u-risk", True, -11), ("u-soon", False, 5), ("u-safe", False, 60)):
            _put_client(store, name, at_risk, days)
        store.commit(Put(a_user(user_id="u-new", email="new@example.com")))
        store.commit(
            Add(an_email(email_id="e-doubt", user_id="u-risk", status=EmailStatus.UNSURE, sender=SenderKind.SMTP)),
            Add(an_email(email_id="e-sent", user_id="u-soon", status=EmailStatus.SENT, sent_at=NOW)),
            Add(a_body(email_id="e-sent")),
            Add(a_decision(decision_id="e-sent", user_id="u-soon", at=NOW)),
        )
        store.relayed(store.waiting(1_000)[:-1])
    return folder


def _put_client(store: LocalStore, name: str, at_risk: bool, days: int) -> None:
    why = () if at_risk else (Why(Reason.NOT_AT_RISK, "engaged: 60 of 100, the line is at 50"),)
    contact = a_contact(
        user_id=name,
        mailbox_id=None,
        score=49.6 if at_risk else 60.0,
        risk_date=(NOW + days * DAY).date(),
        verdict=Verdict.MAIL if at_risk else Verdict.HOLD,
        why=why,
        decided_at=NOW,
        confirmed_at=NOW,
        due_at=NOW - DAY if at_risk else NOW + days * DAY,
        due_for=DueFor.WAIT_OVER if at_risk else DueFor.CROSSING,
    )
    store.commit(Put(a_user(user_id=name, email=f"{name}@example.com", name=f"Name of {name}")), Add(contact))


def run(folder: Path, *args: object, stdin: str = "") -> Ran:
    ran = winback("--data-dir", folder, *args, stdin=stdin)
    assert ran.code == 0, ran.err
    return ran


def ids(items: list[dict[str, Any]], key: str = "userId") -> list[str]:
    return [item[key] for item in items]


def test_clients_are_listed_those_who_slip_first_before_the_others(folder: Path) -> None:
    ran = run(folder, "users", "list", "--json")
    assert ids(ran.json) == ["u-risk", "u-soon", "u-safe"]
    assert ran.json[0]["contact"]["atRisk"] is True
    assert ran.err == "Some changes were not looked at yet: `winback up` does so as soon as it runs.\n"


def test_the_table_never_shows_somebody_at_risk_on_the_line(folder: Path) -> None:
    head, risk, *_ = run(folder, "users", "list").out.splitlines()
    assert head.split() == ["CLIENT", "NAME", "SCORE", "SLIPS", "AT", "RISK", "VERDICT"]
    assert risk.split()[:5] == ["u-risk", "Name", "of", "u-risk", "49"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--at-risk"], ["u-risk"]),
        (["--due-within", "7d"], ["u-soon"]),
        (["--due-within", "90d"], ["u-soon", "u-safe"]),
        (["--limit", "2"], ["u-risk", "u-soon"]),
    ],
)
def test_clients_can_be_chosen(folder: Path, options: list[str], expected: list[str]) -> None:
    assert ids(run(folder, "users", "list", "--json", *options).json) == expected


def test_a_list_without_entries_is_an_empty_array_or_a_sentence(folder: Path) -> None:
    assert run(folder, "emails", "list", "--status", "FAILED", "--json").json == []
    assert run(folder, "emails", "list", "--status", "FAILED").out == "no such e-mails\n"


def test_a_shown_client_has_what_others_wrote_and_what_we_know(folder: Path) -> None:
    told = run(folder, "users", "show", "u-soon").out
    assert "email                   u-soon@example.com" in told
    assert "score                   60.0, engaged" in told
    assert "why                     engaged: 60 of 100" in told


def test_a_deleted_client_is_gone(folder: Path) -> None:
    assert run(folder, "users", "delete", "u-safe").out == "deleted client u-safe\n"
    assert winback("users", "show", "u-safe", "--data-dir", folder).code == 1


def test_a_client_can_be_held_and_released(folder: Path) -> None:
    held = run(folder, "users", "hold", "u-risk", "--until", "2999-12-24", "--why", "asked us to wait")
    assert held.out.startswith("client u-risk is held until 24 December 2999")
    contact = run(folder, "users", "show", "u-risk", "--json").json["contact"]
    assert (contact["heldUntil"], contact["heldWhy"]) == ("2999-12-24T00:00:00.000Z", "asked us to wait")
    assert run(folder, "users", "release", "u-risk").out == "client u-risk is no longer held\n"


def test_emails_are_listed_and_chosen_by_client_and_state(folder: Path) -> None:
    assert sorted(ids(run(folder, "emails", "list", "--json").json, "emailId")) == ["e-doubt", "e-sent"]
    assert ids(run(folder, "emails", "list", "--user", "u-soon", "--json").json, "emailId") == ["e-sent"]
    assert ids(run(folder, "emails", "list", "--status", "unsure", "--json").json, "emailId") == ["e-doubt"]
    assert run(folder, "emails", "list", "--user", "u-soon", "--status", "FAILED", "--json").json == []


def test_a_limit_counts_only_the_emails_that_are_listed(folder: Path) -> None:
    with closing(LocalStore.open(folder)) as store:
        later = an_email(email_id="e-later", user_id="u-soon", created_at=an_email().created_at + DAY)
        store.commit(Add(later))
    newest = ["emails", "list", "--user", "u-soon", "--limit", "1", "--json"]
    assert ids(run(folder, *newest).json, "emailId") == ["e-later"]
    assert ids(run(folder, *newest, "--status", "SENT").json, "emailId") == ["e-sent"]


def test_an_email_is_shown_in_each_of_its_forms(folder: Path) -> None:
    assert "e-sent to client u-soon: SENT" in run(folder, "emails", "show", "e-sent").out
    assert run(folder, "emails", "show", "e-sent", "--text").out == an_email().text + "\n"
    assert run(folder, "emails", "show", "e-sent", "--html").out == a_body().html + "\n"
    assert run(folder, "emails", "show", "e-sent", "--json").json["subject"] == an_email().subject
    message = run(folder, "emails", "show", "e-sent", "--eml").out
    assert "To: u-soon@example.com\r\n" in message
    assert "Message-ID: <e-sent@" in message


@pytest.mark.parametrize(("answer", "status"), [("--sent", "SENT"), ("--not-sent", "FAILED")])
def test_a_person_resolves_an_email_in_doubt_once(folder: Path, answer: str, status: str) -> None:
    run(folder, "emails", "resolve", "e-doubt", answer)
    assert run(folder, "emails", "show", "e-doubt", "--json").json["status"] == status
    assert winback("emails", "resolve", "e-doubt", answer, "--data-dir", folder).code == 1


def test_explain_tells_score_verdict_future_and_past(folder: Path) -> None:
    told = run(folder, "explain", "u-soon").out
    assert told.startswith("u-soon, Name of u-soon, stands at ")
    assert " for loyalty (5 orders), of 30" in told
    assert "Verdict: hold." in told
    assert "  because engaged: 60 of 100" in told
    assert "Slips below the line on " in told
    assert told.endswith(f"  e-sent  SENT  {an_email().subject}\n")


def test_explain_as_json_adds_up(folder: Path) -> None:
    told = run(folder, "explain", "u-soon", "--json").json
    assert sum(part["points"] for part in told["parts"]) == pytest.approx(told["score"])
    assert (told["verdict"], told["why"][0]["reason"]) == ("HOLD", "NOT_AT_RISK")
    assert told["next"]["at"].startswith((NOW + 5 * DAY).date().isoformat())
    assert "text" not in told["emails"][0]


def test_the_policy_is_shown_and_set(folder: Path) -> None:
    assert "dailyLimit" in run(folder, "policy", "show").out
    assert run(folder, "policy", "set", "dailyLimit=100", "basis=nobody").out == (
        "dailyLimit: 200 → 100\nbasis: customers → nobody\n"
    )
    assert run(folder, "policy", "show", "--json").json["dailyLimit"] == 100
    assert run(folder, "policy", "set", "dailyLimit=100").out == "nothing changed: the policy says so already\n"


def test_moving_the_line_says_that_all_are_judged_again(folder: Path) -> None:
    assert "all clients are judged again" in run(folder, "policy", "set", "threshold=45").out


def test_a_policy_with_one_bad_value_changes_nothing(folder: Path) -> None:
    ran = winback("policy", "set", "dailyLimit=100", "threshold=0", "--data-dir", folder)
    assert (ran.code, ran.err) == (1, "winback: threshold: is not allowed as given; allowed: 1 to 99\n")
    assert run(folder, "policy", "show", "--json").json["dailyLimit"] == a_policy().daily_limit


def test_a_sweep_tells_of_all_who_are_due_and_then_of_nobody(folder: Path) -> None:
    assert ids(run(folder, "sweep", "--on", NOW.date().isoformat(), "--json").json) == ["u-risk"]
    assert run(folder, "sweep", "--json").json == {"told": 1, "settled": 0}
    assert run(folder, "sweep").out == "told of 0 clients\n"


def test_a_sweep_on_a_day_only_lists(folder: Path) -> None:
    day = (NOW + 5 * DAY).date().isoformat()
    for _ in range(2):
        listed = run(folder, "sweep", "--on", day).out.splitlines()
        assert [line.split()[0] for line in listed] == ["CLIENT", "u-risk", "u-soon"]


def test_status_counts_what_waits_and_who_is_at_risk(folder: Path) -> None:
    status = run(folder, "status", "--json").json
    assert (status["running"], status["changesWaiting"], status["unsure"], status["atRisk"]) == (False, 1, 1, 1)
    assert (status["sending"]["sending"], status["sending"]["why"]) == (True, "")
    assert status["queue"] == {"waiting": 0, "inWork": 0, "dead": 0}
    told = run(folder, "status").out
    assert "running     no: start it with `winback up`" in told
    assert "unsure      1 e-mail\n" in told


def test_a_pause_is_shown_with_who_and_why_and_ends_with_resume(folder: Path) -> None:
    run(folder, "pause", "--why", "stock-taking")
    assert ": stock-taking; `winback resume` turns it on" in run(folder, "status").out
    run(folder, "resume")
    assert "sending     on\n" in run(folder, "status").out


def test_a_new_store_with_a_real_sender_starts_paused(tmp_path: Path) -> None:
    env = {"WINBACK_SENDER": "smtp", "WINBACK_SMTP_URL": "smtp://127.0.0.1:2525", "WINBACK_DATA_DIR": str(tmp_path)}
    winback("policy", "set", "dailyLimit=10", env=env)
    assert winback("status", "--json", env=env).json["sending"]["sending"] is False
    assert winback("resume", env=env).code == 0
    assert winback("status", "--json", env=env).json["sending"]["sending"] is True


def test_dead_letters_are_listed_with_their_reason_and_put_back(folder: Path) -> None:
    with closing(local(Settings(data_dir=folder))) as opened:
        event = Event("c-1", EventType.USER_UPDATED, "u-risk", "u-risk", NOW)
        topic = LocalTopic(opened.store, queues())
        topic.publish([event], NOW)
        (message,) = topic.receive(EMAIL_QUEUE, 1, NOW, DAY)
        topic.bury(message, NOW, "KeyError in USER_UPDATED")
    (letter,) = run(folder, "dead-letters", "list", "--json").json
    assert (letter["reason"], letter["event"]["userId"]) == ("KeyError in USER_UPDATED", "u-risk")
    assert "KeyError in USER_UPDATED" in run(folder, "dead-letters", "list").out
    assert "1 dead" in run(folder, "status").out
    assert run(folder, "dead-letters", "redrive", letter["messageId"]).out == "put 1 message back on the queue\n"
    assert run(folder, "dead-letters", "list").out == "no dead letters\n"


def test_the_log_is_told_a_line_for_each_step(folder: Path) -> None:
    log = LogFolder(folder / "logs")
    event = Event("c-1", EventType.USER_UPDATED, "u-risk", "u-risk", NOW)
    log.step(StepLine("relay", "published", event, 0.0), NOW)
    log.step(StepLine("decide", "done", event, 1.2, "hold: engaged"), NOW)
    log.step(StepLine("decide", "done", event, 1.2, "long ago"), NOW - 2 * DAY)
    log.close()

    relayed, decided = run(folder, "logs").out.splitlines()
    assert decided.endswith("email-processor  decide  done USER_UPDATED u-risk 1.2 ms  hold: engaged")
    assert run(folder, "logs", "stream-processor").out == relayed + "\n"
    assert run(folder, "logs", "backend").out == ""
    assert len(run(folder, "logs", "--since", "7d").out.splitlines()) == 3
    entries = [json.loads(line) for line in run(folder, "logs", "--json").out.splitlines()]
    assert [entry["step"] for entry in entries] == ["relay", "decide"]


def test_followed_logs_tell_what_is_added_and_end_with_ctrl_c(folder: Path) -> None:
    log, event = LogFolder(folder / "logs"), Event("c-1", EventType.USER_UPDATED, "u-risk", "u-risk", NOW)
    log.step(StepLine("relay", "published", event, 0.0), NOW)
    log.flush()
    with on_a_terminal("logs", "--follow", "--data-dir", folder) as process:
        assert process.stdout is not None
        assert "relay" in process.stdout.readline()
        log.step(StepLine("decide", "done", event, 1.2, "hold: engaged"), NOW)
        log.close()
        assert "hold: engaged" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
