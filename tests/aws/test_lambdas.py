"""The functions on the emulator: their worlds built from settings, their envelopes as Lambda hands them out."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from traceback import format_exception
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws.deployed import Deployed, deployed
from aws.emulated import clients
from aws.emulator import running
from aws.poller import AnInvocation
from builders import NOW, a_contact, a_user, an_event
from winback.acts.switching import resume
from winback.adapters.aws.messages import text_of
from winback.adapters.aws.tables import shards
from winback.adapters.memory import FixedClock
from winback.bootstrap import aws
from winback.domain.contact import Contact, DueFor
from winback.domain.email import Email, EmailStatus
from winback.domain.errors import Refused
from winback.domain.policy import Policy
from winback.domain.switch import SenderKind
from winback.domain.user import User
from winback.ports import Add, Put
from winback.runtime import lambdas
from winback.runtime.envelopes import envelopes_in
from winback.runtime.functions import backend, email_processor, stream_processor, sweep
from winback.steps.present import current_switch


@pytest.fixture
def stack() -> Deployed:
    made = deployed(FixedClock(NOW))
    # Everybody is mailed: nobody is drawn to be held out.
    made.aws.store.commit(Add(Policy(holdout_share=0.0)))
    return made


def put(stack: Deployed, *users: User) -> None:
    stack.aws.store.commit(*(Put(user) for user in users))


def sent(stack: Deployed) -> list[Email]:
    return stack.aws.store.emails(EmailStatus.SENT, 100, None).items


def leave(stack: Deployed, *bodies: str) -> None:
    for body in bodies:
        clients().sqs.send_message(QueueUrl=stack.settings.email_queue_url or "", MessageBody=body)


def handled(stack: Deployed) -> list[str]:
    """The ids of the messages that the function tells as failed, of one batch."""
    messages = stack.receive()
    answer = email_processor.handle(stack.aws, {"Records": messages}, stack.context)
    stack.end(messages, answer)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def show(stack: Deployed, messages: list[dict[str, Any]]) -> None:
    for message in messages:
        clients().sqs.change_message_visibility(
            QueueUrl=stack.settings.email_queue_url or "", ReceiptHandle=message["receiptHandle"], VisibilityTimeout=0
        )


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """The gateway's adapter makes an event loop where there is none, and leaves it open: a function dies with it."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    asyncio.set_event_loop(None)
    made.close()


def test_a_user_put_becomes_an_email_in_the_outbox(stack: Deployed) -> None:
    put(stack, a_user(engagement_score=30.0))
    stack.until_quiet()
    (email,) = sent(stack)
    assert stack.outbox() == [f"outbox/{email.email_id}.eml"]
    assert stack.aws.topic.dead_letters() == []


def test_ten_users_with_one_address_get_one_email(stack: Deployed) -> None:
    put(stack, *(a_user(user_id=f"u-{number}", engagement_score=30.0) for number in range(10)))
    stack.until_quiet()
    assert len(sent(stack)) == len(stack.outbox()) == 1


def test_a_claim_names_the_invocation_that_holds_it(stack: Deployed) -> None:
    stack.context = AnInvocation(aws_request_id="request-17")
    put(stack, a_user(engagement_score=30.0))
    stack.until_quiet()
    assert (sent(stack)[0].owner or "").startswith("request-17:")


def test_every_message_of_a_batch_is_handled_by_itself(stack: Deployed) -> None:
    put(stack, a_user(engagement_score=30.0))
    stack.new_records()
    leave(stack, "no event", text_of(an_event(user_id="nobody")), text_of(an_event()))
    assert handled(stack) == []
    assert len(sent(stack)) == 1
    assert [letter.event for letter in stack.aws.topic.dead_letters()] == [None]


class OutOfOrder:
    """A store that fails as no store should."""

    def __init__(self, stack: Deployed) -> None:
        self._store = stack.aws.store

    def get(self, kind: type[Any], key: str) -> Any:
        if key == "u-poison":
            raise ZeroDivisionError("said of jane.roe@example.com")
        return self._store.get(kind, key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_poisoned_message_comes_three_times_and_is_then_a_dead_letter_with_its_reason(
    stack: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.aws = replace(stack.aws, world=replace(stack.aws.world, store=OutOfOrder(stack)))
    leave(stack, text_of(an_event(user_id="u-poison")))
    told = []
    for _ in range(3):
        messages = stack.receive()
        answer = email_processor.handle(stack.aws, {"Records": messages}, stack.context)
        told.append(len(answer["batchItemFailures"]))
        stack.end(messages, answer)
        if answer["batchItemFailures"]:
            show(stack, messages)
    assert told == [1, 1, 0]
    (letter,) = stack.aws.topic.dead_letters()
    assert letter.reason.startswith("decide: ZeroDivisionError in ")
    assert stack.receive() == []
    assert "jane" not in capsys.readouterr().out


def test_a_message_that_was_handed_out_too_often_is_not_tried_again(stack: Deployed) -> None:
    put(stack, a_user(engagement_score=30.0))
    leave(stack, text_of(an_event()))
    for _ in range(3):
        show(stack, stack.receive())
    assert handled(stack) == []
    assert stack.outbox() == []
    (letter,) = stack.aws.topic.dead_letters()
    assert "never finished" in letter.reason


def test_a_redriven_message_is_handled(stack: Deployed) -> None:
    leave(stack, "no event", text_of(an_event()))
    messages = stack.receive()
    good = stack.aws.topic.admit("email", envelopes_in({"Records": messages})[1], NOW)
    assert good is not None
    stack.aws.topic.bury(good, NOW, "by a person")
    put(stack, a_user(engagement_score=30.0))
    stack.new_records()
    assert stack.aws.topic.redrive([good.message_id], NOW) == 1
    assert handled(stack) == []
    assert len(sent(stack)) == 1


def test_each_step_is_a_log_line_and_a_metric_and_nothing_in_them_is_personal(
    stack: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    put(stack, a_user(engagement_score=30.0))
    stack.until_quiet()
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["step"] for line in lines if line.get("userId") and line["step"] != "relay"][:3] == [
        "decide",
        "write",
        "deliver",
    ]
    metrics = [line for line in lines if "_aws" in line]
    assert {"relay", "decide", "write", "deliver"} == {metric["step"] for metric in metrics}
    assert all(metric["Steps"] == len(metric["EventAge"]) for metric in metrics)
    assert not [word for word in ("ada@", "example.com", "Ada", "Lovelace") if word in out]


def due(number: int) -> Contact:
    return a_contact(user_id=f"u-{number}", due_at=NOW, due_for=DueFor.WAIT_OVER)


def test_the_sweep_goes_on_until_nothing_is_due(stack: Deployed) -> None:
    for start in range(0, 150, 10):
        stack.aws.store.commit(*(Add(due(number)) for number in range(start, start + 10)))
    assert stack.sweep() == {"told": 150, "settled": 0}
    assert stack.sweep() == {"told": 0, "settled": 0}


def test_the_sweep_stops_before_its_time_is_over(stack: Deployed) -> None:
    stack.aws.store.commit(Add(due(1)))
    stack.context = AnInvocation(remaining_ms=9_000)
    assert stack.sweep() == {"told": 0, "settled": 0}


@contextmanager
def failing_queries(*, after: int) -> Iterator[None]:
    """All queries of DynamoDB but the first few are refused."""
    events, asked = clients().dynamodb.meta.events, count()

    def refuse(**_: object) -> None:
        if next(asked) >= after:
            error = {"Error": {"Code": "AccessDeniedException", "Message": "of ada@example.com"}}
            raise ClientError(error, "Query")  # type: ignore[arg-type]  # an answer has more than what is read

    events.register("provide-client-params.dynamodb.Query", refuse)
    try:
        yield
    finally:
        events.unregister("provide-client-params.dynamodb.Query", refuse)


def test_a_sweep_that_can_do_nothing_fails_as_a_whole_so_that_the_alarm_rings(
    stack: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    with failing_queries(after=0), pytest.raises(sweep.NothingSwept, match="AccessDenied") as raised:
        stack.sweep()
    assert '"result": "failed"' in (told := capsys.readouterr().out)
    assert "ada@" not in f"{told}{''.join(format_exception(raised.value))}"


def test_a_sweep_that_is_broken_off_tells_what_it_did(stack: Deployed) -> None:
    stack.aws.store.commit(Add(due(1)))
    with failing_queries(after=len(shards()) + 1):
        assert stack.sweep() == {"told": 1, "settled": 0}


def test_time_alone_brings_an_email(stack: Deployed) -> None:
    put(stack, a_user(last_order_date=NOW - timedelta(days=30)))
    stack.until_quiet()
    assert sent(stack) == []
    crossing = stack.aws.store.next_due()
    assert crossing is not None
    stack.clock.advance(crossing - NOW)
    assert stack.sweep()["told"] == 1
    stack.until_quiet()
    assert len(sent(stack)) == 1


def a_request(path: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.com"},
        "requestContext": {
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "domainName": "api.example.com",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


def test_the_backend_tells_its_health(stack: Deployed) -> None:
    answer = backend.handle(backend.gateway_of(stack.aws), a_request("/health"), stack.context)
    health = json.loads(answer["body"])
    assert (answer["statusCode"], health["status"], health["runtime"]) == (200, "ok", "aws")
    assert health["dependencies"]["sender"] == {"status": "ok", "kind": "folder"}


def test_the_backend_does_not_know_what_it_does_not_have(stack: Deployed) -> None:
    assert backend.handle(backend.gateway_of(stack.aws), a_request("/nowhere"), stack.context)["statusCode"] == 404


@pytest.mark.parametrize("missing", ["ledger_table_name", "email_queue_url", "outbox_bucket", "mailbox_key_secret"])
def test_a_name_that_is_missing_is_named(stack: Deployed, missing: str) -> None:
    without: dict[str, Any] = {missing: None}
    with pytest.raises(Refused, match=f"^{missing.upper()}: is missing"):
        aws(replace(stack.settings, **without), clients())


def test_ses_is_not_used_without_its_configuration_set(stack: Deployed) -> None:
    ses = replace(stack.settings, sender_kind=SenderKind.SES, from_address="Shop <shop@shop.example>")
    with pytest.raises(Refused, match=r"^SES_CONFIGURATION_SET: is missing"):
        aws(ses, clients())


@pytest.fixture
def environment(stack: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process's own, as that of a function; worlds are kept for a process and must not outlive it."""
    for name, value in {**running().environment, **stack.environment}.items():
        monkeypatch.setenv(name, value)
    yield
    for kept in (stream_processor._relaying, email_processor._aws, sweep._aws, backend._gateway):
        kept.cache_clear()


@pytest.mark.usefixtures("environment")
def test_the_functions_make_their_worlds_of_their_environment_alone(stack: Deployed) -> None:
    assert lambdas.stream_processor({"Records": []}, stack.context) == {"batchItemFailures": []}
    assert lambdas.email_processor({"Records": []}, stack.context) == {"batchItemFailures": []}
    assert lambdas.sweep({}, stack.context) == {"told": 0, "settled": 0}
    assert lambdas.backend(a_request("/health"), stack.context)["statusCode"] == 200


@pytest.mark.usefixtures("environment")
def test_a_real_sender_that_follows_the_outbox_waits_until_it_is_resumed(stack: Deployed) -> None:
    resume(email_processor.started(stack.settings).world, "somebody", NOW)
    ses = {"sender_kind": SenderKind.SES, "from_address": "Shop <shop@shop.example>", "ses_configuration_set": "one"}
    settings = replace(stack.settings, **ses)  # type: ignore[arg-type]  # the values fit their fields
    switch = current_switch(email_processor.started(settings).world)
    assert (switch.sending, switch.by) == (False, "the email-processor")
    resume(email_processor.started(settings).world, "somebody", NOW)
    assert current_switch(email_processor.started(settings).world).sending


def test_a_function_nobody_knows_is_none() -> None:
    assert not hasattr(lambdas, "no_such_function")


LOADED = """
import sys
from winback.runtime import lambdas
getattr(lambdas, sys.argv[1])
print(*sys.modules)
"""
LOCAL = {"sqlite3", "uvicorn", "typer", "rich", "smtplib", "winback.adapters.local", "winback.cli"}
NOT_LOADED = {
    "stream_processor": {*LOCAL, "fastapi", "mangum", "winback.compose", "winback.pipeline", "winback.steps.decide"},
    "email_processor": {*LOCAL, "fastapi", "mangum"},
    "sweep": {*LOCAL, "fastapi", "mangum"},
    "backend": LOCAL,
}


def loaded_by(code: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", code, *arguments]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("function", lambdas.FUNCTIONS)
def test_a_function_loads_what_it_needs_and_makes_nothing(function: str) -> None:
    loaded = loaded_by(LOADED, function)
    assert "boto3" in loaded
    assert sorted(loaded & NOT_LOADED[function]) == []


def test_one_machine_needs_no_package_of_aws() -> None:
    loaded = loaded_by("import sys; from winback.bootstrap import local; import winback.cli.main; print(*sys.modules)")
    assert "winback.adapters.local.store" in loaded
    assert sorted(loaded & {"boto3", "botocore", "winback.adapters.aws"}) == []
