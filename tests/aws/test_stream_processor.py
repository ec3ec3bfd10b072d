"""The stream's function, driven by a poller that does what Lambda does."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

import pytest

from aws.emulated import clients, new_bucket
from aws.envelopes import NAMES, recorded
from aws.poller import AnInvocation, Poller, Record, invocation_record, number_of
from builders import NOW, a_user
from winback.adapters.aws.publisher import NotPublished, SnsPublisher
from winback.adapters.aws.secrets import Secret
from winback.adapters.aws.unrelayed import Unrelayed
from winback.adapters.memory import FixedClock, MemoryStore
from winback.bootstrap import Relaying
from winback.domain.event import Event
from winback.ports import Put
from winback.runtime.functions.stream_processor import handle
from winback.runtime.redriving import Again, relay_again


@dataclass
class Press:
    """A publisher that keeps what is published; while `down` is above zero it fails so many times."""

    published: list[Event] = field(default_factory=list)
    down: int = 0

    def publish(self, events: list[Event], now: datetime) -> None:
        if self.down and events:
            self.down -= 1
            raise NotPublished(events, "ThrottledException")
        self.published += events

    def ids(self) -> list[str]:
        return [event.event_id for event in self.published]


class Watch(FixedClock):
    """Keeps how long it was slept by."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def press() -> Press:
    return Press()


@pytest.fixture
def relaying(press: Press) -> Relaying:
    secret = Secret(lambda: pytest.fail("was asked"), "key", "k" * 32)
    store = MemoryStore(Watch())
    store.commit(Put(a_user(user_id="test-user-1")))
    return Relaying(store, cast("SnsPublisher", press), Watch(), NAMES, secret)


def poller(relaying: Relaying, **context: Any) -> Poller:
    return Poller(lambda payload, context: handle(relaying, payload, context), AnInvocation(**context))


def users(*numbers: int) -> list[Record]:
    return [recorded("user-put", number) for number in numbers]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_record_that_tells_something_is_published_in_order(relaying: Relaying, press: Press) -> None:
    silent = recorded("user-score-shown", 12)
    poller(relaying).drive([*users(11), silent, recorded("order-put", 13), recorded("email-sent", 14)])
    assert [(event.event_id, event.type) for event in press.published] == [
        ("u11", "USER_CREATED"),
        ("l13", "ORDER_CREATED"),
        ("e14", "EMAIL_SENT"),
    ]


def test_one_log_line_tells_that_an_event_was_published(relaying: Relaying, capsys: pytest.CaptureFixture[str]) -> None:
    poller(relaying, function_name="Stack-StreamProcessor").drive(users(11))
    line, metric = lines(capsys)
    assert {name: line[name] for name in ("function", "step", "result", "event", "eventId", "userId")} == {
        "function": "stream-processor",
        "step": "relay",
        "result": "published",
        "event": "USER_CREATED",
        "eventId": "u11",
        "userId": "test-user-1",
    }
    assert (metric["function"], metric["step"], metric["Steps"]) == ("Stack-StreamProcessor", "relay", 1)


def test_a_record_nobody_can_read_is_given_up_alone_after_three_more_tries(relaying: Relaying, press: Press) -> None:
    driven = poller(relaying)
    driven.drive([*users(11, 12, 13), recorded("contact-garbled", 14), *users(*range(15, 25))])
    assert sorted(set(press.ids())) == [f"u{number}" for number in range(11, 25) if number != 14]
    (laid,) = driven.given_up
    assert [number_of(record) for record in json.loads(json.loads(laid)["payload"])["Records"]] == ["14"]
    assert driven.calls.count(["14"]) == 4


def test_what_came_before_a_bad_record_is_not_told_again(relaying: Relaying, press: Press) -> None:
    poller(relaying).drive([*users(11, 12), recorded("other-table", 13)])
    assert press.ids() == ["u11", "u12"]


@pytest.mark.parametrize("place", range(10))
def test_wherever_a_bad_record_stands_the_nine_others_are_told(relaying: Relaying, press: Press, place: int) -> None:
    records = users(*range(10))
    records[place] = recorded("contact-garbled", place)
    driven = poller(relaying)
    driven.drive(records)
    assert set(press.ids()) == {f"u{number}" for number in range(10) if number != place}
    assert len(driven.given_up) == 1


def test_a_record_handed_out_twice_is_told_twice_under_one_id(relaying: Relaying, press: Press) -> None:
    poller(relaying).drive(users(11, 11))
    assert press.ids() == ["u11", "u11"]


def test_while_the_topic_is_down_the_function_waits_and_no_try_is_lost(relaying: Relaying, press: Press) -> None:
    press.down = 3
    driven = poller(relaying)
    driven.drive(users(11, 12))
    assert press.ids() == ["u11", "u12"]
    assert driven.calls == [["11", "12"]]
    assert cast("Watch", relaying.clock).slept == [1, 2, 4]


def test_a_topic_that_stays_down_is_told_before_the_functions_time_is_over(relaying: Relaying, press: Press) -> None:
    press.down = 999
    driven = poller(relaying, remaining_ms=20_500)
    driven.drive(users(11))
    assert cast("Watch", relaying.clock).slept == []
    assert len(driven.given_up) == 1


def test_only_events_that_were_not_published_come_again(relaying: Relaying) -> None:
    class HalfDown(Press):
        def publish(self, events: list[Event], now: datetime) -> None:
            if len(events) > 1:
                self.published.append(events[0])
                raise NotPublished(events[1:], "InternalError")
            super().publish(events, now)

    press = HalfDown()
    poller(replace(relaying, publisher=cast("SnsPublisher", press))).drive(users(11, 12, 13))
    assert press.ids() == ["u11", "u12", "u13"]


def test_neither_log_nor_event_holds_anything_personal(
    relaying: Relaying, press: Press, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("user-put", "user-broken", "order-put", "contact-garbled", "contact-swept")
    poller(relaying).drive([recorded(name, number) for number, name in enumerate(names)])
    told = f"{capsys.readouterr()}{press.published!r}"
    assert len(press.published) == 4
    assert not [word for word in ("jane", "Jane", "example.com", "59.9") if word in told]


def test_what_was_given_up_is_relayed_once_the_fault_is_mended(relaying: Relaying, press: Press) -> None:
    bucket = new_bucket(f"unrelayed-{uuid4().hex}")
    laid = {
        "aws/lambda/mapping/shard/1": invocation_record(users(11, 12)),
        "aws/lambda/mapping/shard/2": invocation_record([recorded("contact-garbled", 13)]),
        "aws/lambda/mapping/shard/3": b"no json",
    }
    for key, content in laid.items():
        clients().s3.put_object(Bucket=bucket, Key=key, Body=content)
    unrelayed = Unrelayed(clients().s3, bucket)
    assert relay_again(relaying, unrelayed, NOW, lambda line: None) == Again(relayed=1, left=1, unreadable=1)
    assert press.ids() == ["u11", "u12"]
    assert list(unrelayed.names()) == list(laid)[1:]
    assert [unrelayed.batch(key).why for key in unrelayed.names()] == ["RetryAttemptsExhausted", "cannot be read"]
