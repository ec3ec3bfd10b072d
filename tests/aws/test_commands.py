"""Every command on AWS, typed by somebody who names region and credentials alone."""

import email
import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aws.deployed import deployed
from aws.emulator import running
from aws.envelopes import recorded
from aws.poller import invocation_record
from aws.told import Told, told
from builders import a_contact, an_email, an_item, an_order_item
from command_line import on_a_terminal
from winback.adapters.memory import FixedClock
from winback.domain.contact import DueFor
from winback.domain.email import EmailStatus
from winback.domain.event import Event, EventType
from winback.domain.switch import SenderKind
from winback.pipeline import EMAIL_QUEUE
from winback.ports import Add
from winback.runtime.log import Function

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def stack() -> Iterator[Told]:
    with told(deployed(FixedClock(NOW)), WINBACK_SHOP_NAME="Atelier Zoë") as stack:
        stack.run("policy", "set", "holdoutShare=0")
        yield stack


def ids(items: list[dict[str, Any]], key: str = "userId") -> list[str]:
    return [item[key] for item in items]


def sent(stack: Told, user_id: str) -> str:
    """The id of the e-mail that a put brought."""
    item = an_item(userId=user_id, email=f"{user_id}@example.com", engagementScore=30)
    stack.run("users", "put", json.dumps(item))
    stack.deployed.until_quiet()
    (found,) = stack.run("emails", "list", "--user", user_id, "--status", "SENT", "--json").json
    return str(found["emailId"])


def test_a_put_brings_an_email_that_is_shown_as_it_lies_in_the_bucket(stack: Told) -> None:
    email_id = sent(stack, "c-mailed")
    message = email.message_from_string(stack.run("emails", "show", email_id, "--eml").out)
    assert message["To"] == "c-mailed@example.com"
    assert "outbox/" in stack.run("emails", "show", email_id).out
    assert "<" in stack.run("emails", "show", email_id, "--html").out


def test_an_email_whose_object_is_gone_is_shown_as_it_would_leave(stack: Told) -> None:
    email_id = sent(stack, "c-tidied")
    bucket = stack.deployed.settings.outbox_bucket or ""
    stack.deployed.aws.clients.s3.delete_object(Bucket=bucket, Key=f"outbox/{email_id}.eml")
    assert "To: c-tidied@example.com" in stack.run("emails", "show", email_id, "--eml").out


def test_more_clients_than_a_batch_are_put_listed_and_shown(stack: Told, tmp_path: Path) -> None:
    items = [an_item(userId=f"many-{n}", email=f"many-{n}@example.com", engagementScore=90) for n in range(60)]
    file = tmp_path / "users.jsonl"
    file.write_text("\n".join(map(json.dumps, [*items, {**items[7], "name": "The last one"}, {"userId": "x"}])))
    ran = stack.run("users", "put", file, "--json", code=1)
    assert ran.json == {"put": 61, "refused": 1}
    assert stack.run("users", "show", "many-7", "--json").json["name"] == "The last one"
    assert "Not looked at yet: the functions do so within seconds." in stack.run("users", "show", "many-59").err
    stack.deployed.until_quiet()
    assert {f"many-{n}" for n in range(60)} <= set(ids(stack.run("users", "list", "--json", "--limit", "500").json))


def test_clients_who_slip_soon_are_listed_by_the_index(stack: Told) -> None:
    soon = a_contact(user_id="c-soon", at_risk=False, risk_date=(NOW + 5 * DAY).date())
    stack.deployed.aws.store.commit(Add(soon))
    stack.run("users", "put", json.dumps(an_item(userId="c-soon", email="c-soon@example.com")))
    assert "c-soon" in ids(stack.run("users", "list", "--due-within", "7d", "--json").json)
    assert "c-soon" not in ids(stack.run("users", "list", "--at-risk", "--json").json)


def test_orders_are_put_and_counted(stack: Told) -> None:
    stack.run("users", "put", json.dumps(an_item(userId="c-orders", email="c-orders@example.com", orderCount=None)))
    orders = [an_order_item(orderId=f"o-{n}", userId="c-orders") for n in range(12)]
    assert stack.run("orders", "put", json.dumps(orders)).out == "put 12 orders\n"
    stack.deployed.until_quiet()
    assert "(12 orders)" in stack.run("explain", "c-orders").out


def test_a_client_is_held_released_and_deleted(stack: Told) -> None:
    sent(stack, "c-held")
    stack.run("users", "hold", "c-held", "--until", "2999-12-24", "--why", "asked us to wait")
    assert stack.run("users", "show", "c-held", "--json").json["contact"]["heldWhy"] == "asked us to wait"
    stack.run("users", "release", "c-held")
    stack.run("users", "delete", "c-held")
    assert "there is no client c-held" in stack.run("users", "show", "c-held", code=1).err


def test_explain_tells_verdict_and_emails(stack: Told) -> None:
    email_id = sent(stack, "c-explained")
    assert "Verdict: mail." in stack.run("explain", "c-explained").out
    assert ids(stack.run("explain", "c-explained", "--json").json["emails"], "emailId") == [email_id]


def test_a_person_resolves_an_email_in_doubt(stack: Told) -> None:
    doubtful = an_email(email_id="e-doubt", user_id="c-doubt", status=EmailStatus.UNSURE, sender=SenderKind.SES)
    stack.deployed.aws.store.commit(Add(doubtful))
    assert stack.run("emails", "resolve", "e-doubt", "--sent").out == "e-mail e-doubt is SENT\n"


def test_the_sweep_tells_of_who_is_due(stack: Told) -> None:
    due = a_contact(user_id="c-due", due_at=NOW - DAY, due_for=DueFor.WAIT_OVER)
    stack.deployed.aws.store.commit(Add(due))
    assert "c-due" in stack.run("sweep", "--on", NOW.date().isoformat()).out
    assert stack.run("sweep", "--json").json["told"] >= 1
    assert stack.run("sweep").out == "told of 0 clients\n"


def test_sending_is_paused_and_resumed_for_all(stack: Told) -> None:
    stack.run("pause", "--why", "stock-taking")
    assert ": stock-taking; `winback resume` turns it on" in stack.run("status").out
    stack.run("resume")
    status = stack.run("status", "--json").json
    assert (status["sending"]["sending"], status["stack"]) == (True, "ClientEngagementStack")


def test_status_tells_of_the_stack_and_of_no_disk(stack: Told) -> None:
    told = stack.run("status").out
    assert told.startswith("stack       ClientEngagementStack in eu-central-1\nunrelayed   0 batches")
    assert f"folder: e-mails are objects in s3://{stack.deployed.settings.outbox_bucket}" in told
    assert "disk" not in told


def test_the_policy_is_shown_and_set(stack: Told) -> None:
    assert stack.run("policy", "set", "dailyLimit=150").out == "dailyLimit: 200 → 150\n"
    assert stack.run("policy", "show", "--json").json["dailyLimit"] == 150


def test_messages_and_changes_that_were_given_up_are_listed_and_tried_again(stack: Told) -> None:
    stack.run("users", "put", json.dumps(an_item(userId="c-lost", email="c-lost@example.com", engagementScore=30)))
    records = [each for each in stack.deployed.new_records() if "c-lost" in json.dumps(each, default=str)]
    lay(stack, "aws/lambda/lost", invocation_record(records))
    bury(stack, "c-buried")

    letters = stack.run("dead-letters", "list", "--json").json
    assert {(each["queue"], each["reason"]) for each in letters} == {
        ("email", "KeyError in decide"),
        ("unrelayed", "changes (1) not relayed: RetryAttemptsExhausted"),
    }
    assert "given up: `winback dead-letters list` says why" in stack.run("users", "list").err
    assert stack.run("dead-letters", "redrive", "aws/lambda/lost").out == (
        "put 0 messages back on the queue; relayed 1 batch of changes\n"
    )
    assert stack.run("dead-letters", "redrive").out == "put 1 message back on the queue\n"
    assert stack.run("dead-letters", "list").out == "no dead letters\n"
    stack.deployed.until_quiet()
    assert ids(stack.run("emails", "list", "--user", "c-lost", "--json").json) == ["c-lost"]


def test_changes_that_cannot_be_relayed_stay_and_are_a_failure(stack: Told) -> None:
    lay(stack, "aws/lambda/ill", invocation_record([recorded("contact-garbled", 13)]))
    ran = stack.run("dead-letters", "redrive", code=1)
    assert "relayed 0 batches of changes; 1 still cannot be" in ran.err
    drop(stack, "aws/lambda/ill")


def test_changes_that_nobody_can_read_are_told_with_what_to_do_and_fail_no_redrive(stack: Told) -> None:
    lay(stack, "aws/lambda/garbled", b"no JSON")
    ran = stack.run("dead-letters", "redrive")
    assert ran.out == "put 0 messages back on the queue\n"
    assert ran.err.startswith("1 batch of changes cannot be read and lies in s3://")
    assert "`aws s3 rm s3://" in ran.err
    assert stack.run("dead-letters", "redrive", "aws/lambda/garbled").err == ran.err
    assert "changes not relayed: cannot be read" in stack.run("dead-letters", "list").out
    drop(stack, "aws/lambda/garbled")


def drop(stack: Told, key: str) -> None:
    bucket = stack.deployed.settings.unrelayed_bucket or ""
    stack.deployed.aws.clients.s3.delete_object(Bucket=bucket, Key=key)


def test_the_log_is_told_as_on_one_machine_and_others_words_as_they_stand(stack: Told) -> None:
    line = {"function": "email-processor", "requestId": "r-1", "step": "decide", "result": "done", "ms": 1.2}
    stack.log(
        Function.EMAIL_PROCESSOR,
        "START RequestId: r-1\n",
        json.dumps({"at": "2027-01-01T00:00:00.000Z", **line, "userId": "c-1", "event": "USER_CREATED", "why": "cold"}),
        json.dumps({"_aws": {}, "function": "email-processor", "step": "decide", "Steps": 1}),
        "[ERROR] Runtime.ImportModuleError: Unable to import module\n",
    )
    stack.log(Function.SWEEP, json.dumps({"at": "2027-01-01T00:00:01.000Z", "function": "sweep", "step": "sweep"}))
    ours, fault = stack.run("logs", "email-processor", "--since", "1m").out.splitlines()
    assert ours == "2027-01-01 00:00:00.000 email-processor  decide  done USER_CREATED c-1 1.2 ms  cold"
    assert fault.endswith("email-processor  [ERROR] Runtime.ImportModuleError: Unable to import module")
    assert len(stack.run("logs").out.splitlines()) == 3
    assert json.loads(stack.run("logs", "sweep", "--json").out)["step"] == "sweep"
    assert stack.run("logs", "backend").out == ""


def test_followed_logs_tell_each_added_line_once_and_end_with_ctrl_c(stack: Told) -> None:
    stack.log(Function.BACKEND, json.dumps({"function": "backend", "step": "up", "result": "first"}))
    env = {**running().environment, "PATH": os.environ["PATH"]}
    with on_a_terminal("--runtime", "aws", "logs", "backend", "--follow", env=env) as process:
        assert process.stdout is not None
        assert "first" in process.stdout.readline()
        stack.log(Function.BACKEND, json.dumps({"function": "backend", "step": "up", "result": "second"}))
        assert "second" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_outputs_are_the_names_of_the_stack(stack: Told) -> None:
    assert stack.run("outputs", "--json").json == stack.outputs
    head, *rows = stack.run("outputs").out.splitlines()
    assert head.split() == ["OUTPUT", "VALUE"]
    assert ["UsersTableName", stack.outputs["UsersTableName"]] in [row.split() for row in rows]


@pytest.mark.parametrize("way", ["environment", "piped"])
def test_a_new_key_is_in_the_secret_and_nowhere_to_be_read(stack: Told, way: str) -> None:
    key = f"sk-or-{way}"
    env, stdin = ({"OPENROUTER_API_KEY": key}, "") if way == "environment" else ({}, f"{key}\n")
    first, second = (stack.run("rotate-key", stdin=stdin, env=env) for _ in range(2))
    name = stack.outputs["OpenrouterApiKeySecret"]
    assert stack.clients.secrets.get_secret_value(SecretId=name)["SecretString"] == key
    assert "holds the new key" in first.out
    assert "holds this key already" in second.out
    assert key not in first.out + first.err + second.out + second.err


@pytest.mark.parametrize("stdin", ["", "two words", "first\nsecond", "x" * 501])
def test_what_is_no_key_is_refused_without_telling_it(stack: Told, stdin: str) -> None:
    ran = stack.run("rotate-key", stdin=stdin, code=1)
    assert (
        ran.err == "winback: that is no key: set OPENROUTER_API_KEY, or pipe the key in, as one word without spaces\n"
    )


def test_the_shells_own_sender_says_nothing_about_the_functions(stack: Told) -> None:
    smtp = {"WINBACK_SENDER": "smtp", "WINBACK_SMTP_URL": "smtp://127.0.0.1:2525", "WINBACK_SHOP_NAME": "Another"}
    assert stack.run("status", "--json", env=smtp).json["sender"] == "folder"


def lay(stack: Told, key: str, content: bytes) -> None:
    bucket = stack.deployed.settings.unrelayed_bucket or ""
    stack.deployed.aws.clients.s3.put_object(Bucket=bucket, Key=key, Body=content)


def bury(stack: Told, user_id: str) -> None:
    topic = stack.deployed.aws.topic
    topic.publish([Event(f"c-{user_id}", EventType.USER_UPDATED, user_id, user_id, NOW)], NOW)
    (message,) = topic.receive(EMAIL_QUEUE, 1, NOW, DAY / 24)
    topic.bury(message, NOW, "KeyError in decide")
