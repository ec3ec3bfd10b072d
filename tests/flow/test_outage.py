"""Composer and sender are down for an hour: when they are back all is sent, nobody twice, and nothing was given up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import NOW, RELAY, a_policy
from flow.driver import Flow
from flow.invariants import assert_all_well, contacts_of, emails_of
from flow.scenarios import a_slipping_user
from flow.world import TWINS, a_store, go_live
from winback.adapters.memory import FixedClock
from winback.compose.house_copy import HouseCopy
from winback.domain.brief import Brief
from winback.domain.email import EmailStatus
from winback.domain.errors import Retryable
from winback.ports import Composed, Put

CLIENTS = 20
ALL_SLIP_AT = datetime(2026, 6, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROUND_THE_CLOCK = a_policy(quiet_hours_from="08:00", quiet_hours_until="08:00")


class HouseCopyWithOutages(HouseCopy):
    """Composes as ever, save until `down_until`. Like a model it is somebody else's machine."""

    remote = True

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self.down_until = clock.now()
        self.refused = 0

    def compose(self, brief: Brief) -> Composed:
        if self._clock.now() < self.down_until:
            self.refused += 1
            raise Retryable("the composer does not answer")
        return super().compose(brief)


@pytest.fixture(params=TWINS)
def flow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flow]:
    """Twenty clients, all about to slip in the same night."""
    clock = FixedClock(NOW)
    with a_store(request.param, tmp_path, clock) as store:
        go_live(store, ROUND_THE_CLOCK)
        for number in range(CLIENTS):
            store.commit(Put(a_slipping_user(f"u-{number}", f"client{number}@example.com")))
        flow = Flow(store, clock, RELAY, composer=HouseCopyWithOutages(clock))
        flow.pass_time(ALL_SLIP_AT - HOUR - NOW)
        yield flow


def composer_of(flow: Flow) -> HouseCopyWithOutages:
    assert isinstance(flow.world.composer, HouseCopyWithOutages)
    return flow.world.composer


def test_after_an_hour_without_composer_all_is_sent_and_nobody_has_two(flow: Flow) -> None:
    composer_of(flow).down_until = ALL_SLIP_AT + HOUR
    flow.pass_time(2 * HOUR)
    assert composer_of(flow).refused >= CLIENTS
    assert flow.post.taken == []
    _all_are_sent_within_the_longest_back_off(flow)


def test_after_an_hour_without_sender_all_is_sent_and_nobody_has_two(flow: Flow) -> None:
    flow.post.down_until = ALL_SLIP_AT + HOUR
    flow.pass_time(2 * HOUR)
    assert {email.status for email in emails_of(flow.store)} == {EmailStatus.GENERATED}
    _all_are_sent_within_the_longest_back_off(flow)


def test_after_an_hour_without_both_all_is_sent_and_nobody_has_two(flow: Flow) -> None:
    composer_of(flow).down_until = ALL_SLIP_AT + HOUR / 2
    flow.post.down_until = ALL_SLIP_AT + HOUR
    flow.pass_time(2 * HOUR)
    _all_are_sent_within_the_longest_back_off(flow)


def test_a_sender_that_says_it_is_ill_is_left_alone_until_it_may_be_tried(flow: Flow) -> None:
    flow.post.ill = (ALL_SLIP_AT + HOUR, "454 sign-in refused")
    flow.pass_time(2 * HOUR)
    assert flow.post.refused == 0
    _all_are_sent_within_the_longest_back_off(flow)


def test_an_outage_is_forgotten_once_it_is_over(flow: Flow) -> None:
    flow.post.down_until = ALL_SLIP_AT + HOUR
    flow.pass_time(4 * HOUR)
    assert {contact.attempts for contact in contacts_of(flow.store)} == {0}


def _all_are_sent_within_the_longest_back_off(flow: Flow) -> None:
    """The last try before the end may have been a moment too early: then the next comes an hour later."""
    flow.pass_time(HOUR)
    assert [email.status for email in emails_of(flow.store)] == [EmailStatus.SENT] * CLIENTS
    assert len({letter.to for _, letter in flow.post.taken}) == len(flow.post.taken) == CLIENTS
    assert_all_well(flow)
