"""More than a year by the clock: who slips is told of on the day, and nobody is ever mailed against the rules."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from builders import RELAY, a_policy
from flow.driver import Flow
from flow.invariants import assert_all_well, contacts_of, decisions_of, emails_of
from flow.shop import Client, clients
from flow.world import TWINS, a_store, go_live
from winback.adapters.memory import FixedClock, MemoryStore
from winback.domain.decision import Verdict
from winback.domain.event import EventType
from winback.domain.instant import day_start, local_day

START: Final = datetime(2026, 1, 5, tzinfo=UTC)
STRIDE: Final = timedelta(hours=3)
POLICY: Final = a_policy(time_zone="Europe/Berlin", holdout_share=0.2, daily_limit=9)
FORTNIGHT: Final = timedelta(days=14)

pytestmark = pytest.mark.xdist_group("a year by the clock")


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as the post office took it."""

    at: datetime
    client: Client
    mailbox: str


@dataclass(slots=True)
class Time:
    """A time that was lived through: what happened on each day, and what really was the case."""

    flow: Flow
    base: dict[str, Client]
    slipped: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    at_risk: dict[str, bool] = field(default_factory=dict)
    disagreements: list[str] = field(default_factory=list)
    compared: int = 0

    def letters(self) -> list[Letter]:
        emails = {email.email_id: email for email in emails_of(self.flow.store)}
        return [
            Letter(at, self.base[emails[letter.email_id].user_id], emails[letter.email_id].mailbox_id)
            for at, letter in self.flow.post.taken
        ]

    def slips(self) -> list[tuple[str, datetime]]:
        """Who slipped, and at which midnight."""
        return [(name, day_start(day)) for day, names in self.slipped.items() for name in names]


def live_through(flow: Flow, base: Sequence[Client], days: int) -> Time:
    """Orders come in when they are made; what is due by the clock is looked at every three hours."""
    lived = Time(flow, {client.user_id: client for client in base})
    for client in base:
        flow.store.commit(client.at_first())
        lived.at_risk[client.user_id] = client.is_at_risk(flow.now.date(), flow.now)
    flow.until_quiet()
    orders = sorted(((at, client.user_id) for client in base for at in client.later), reverse=True)
    while flow.now < START + timedelta(days=days):
        instant = flow.now + STRIDE
        while orders and orders[-1][0] < instant:
            _order(lived, *orders.pop())
        flow.until_quiet()
        flow.clock.advance(instant - flow.now)
        if instant.time() == time():
            _day_begins(lived)
        flow.until_quiet()
        if flow.now.day in (1, 11, 21) and flow.now.time() == time():
            _compare(lived)
    return lived


def _order(lived: Time, at: datetime, user_id: str) -> None:
    flow, client = lived.flow, lived.base[user_id]
    flow.clock.advance(at - flow.now)
    flow.store.commit(client.orders_at(at))
    lived.at_risk[user_id] = client.is_at_risk(at.date(), at)


def _day_begins(lived: Time) -> None:
    now = lived.flow.now
    for user_id, client in lived.base.items():
        if not lived.at_risk[user_id] and client.is_at_risk(now.date(), now):
            lived.slipped[now.date()].append(user_id)
            lived.at_risk[user_id] = True


def _compare(lived: Time) -> None:
    """The sweep's view of the base, beside a full rescore of it."""
    swept = {contact.user_id: contact.at_risk for contact in contacts_of(lived.flow.store)}
    lived.compared += 1
    lived.disagreements += [name for name, at_risk in lived.at_risk.items() if swept[name] != at_risk]


@pytest.fixture(scope="module")
def lived() -> Time:
    """Four hundred days of two thousand clients, over both changes of the clocks."""
    clock = FixedClock(START)
    flow = Flow(MemoryStore(clock), clock, RELAY)
    go_live(flow.store, POLICY)
    return live_through(flow, clients(2_000, START, days=400), days=400)


def test_who_slips_is_told_of_on_the_day_and_once(lived: Time) -> None:
    _assert_each_who_slips_is_told_of_once(lived)
    assert sum(map(len, lived.slipped.values())) > 1_000


def test_the_sweep_agrees_with_a_full_rescore(lived: Time) -> None:
    assert lived.disagreements == []
    assert lived.compared == 3 * 13


def test_nobody_is_written_to_who_ordered_in_between(lived: Time) -> None:
    letters = lived.letters()
    assert len(letters) > 1_000
    for letter in letters:
        assert letter.client.is_at_risk(letter.at.date(), letter.at)


def test_no_mailbox_is_written_to_too_soon_or_too_often(lived: Time) -> None:
    times = _times_of(lived)
    assert max(map(len, times.values())) > POLICY.episode_mails
    for sends in times.values():
        assert all(after - before >= timedelta(days=POLICY.quiet_period_days) for before, after in pairwise(sends))
        _assert_at_most(POLICY.cap_90_days, sends, timedelta(days=90))
        _assert_at_most(POLICY.cap_365_days, sends, timedelta(days=365))


def test_an_episode_has_two_e_mails_at_most_a_fortnight_apart(lived: Time) -> None:
    episodes: dict[tuple[str, int], list[datetime]] = defaultdict(list)
    for letter in lived.letters():
        orders_before = bisect_right(letter.client.orders, letter.at)
        episodes[letter.client.user_id, orders_before].append(letter.at)
    assert {len(sends) for sends in episodes.values()} == {1, 2}
    for first, *others in episodes.values():
        assert all(other - first >= timedelta(days=POLICY.episode_gap_days) for other in others)


def test_no_day_decides_more_than_its_limit(lived: Time) -> None:
    decided: dict[date, int] = defaultdict(int)
    for contact in contacts_of(lived.flow.store):
        for decision in decisions_of(lived.flow, contact):
            decided[local_day(decision.at, POLICY.time_zone)] += decision.verdict is not Verdict.HOLD
    assert max(decided.values()) == POLICY.daily_limit


def test_nobody_is_written_to_at_night_where_they_live(lived: Time) -> None:
    zones = set()
    for letter in lived.letters():
        zone = letter.client.user.time_zone or POLICY.time_zone
        assert POLICY.quiet_until <= letter.at.astimezone(ZoneInfo(zone)).time() < POLICY.quiet_from
        zones.add(zone)
    assert len(zones) == 4


def test_who_is_held_out_is_never_written_to(lived: Time) -> None:
    held_out = _held_out(lived)
    assert len(held_out) > 100
    assert held_out.isdisjoint(_times_of(lived))


def test_who_slips_and_stays_away_is_written_to(lived: Time) -> None:
    """Within a fortnight, whatever waits before them; save who is held out or was written to often enough."""
    times = _times_of(lived)
    contacts = {contact.user_id: contact for contact in contacts_of(lived.flow.store)}
    held_out = _held_out(lived)
    written_to = 0
    for name, at in lived.slips():
        mailbox = contacts[name].mailbox_id or ""
        sends = times[mailbox]
        if (
            mailbox in held_out
            or lived.base[name].orders_between(at, at + FORTNIGHT)
            or at + FORTNIGHT > lived.flow.now
        ):
            continue
        if sum(at - timedelta(days=365) < send for send in sends if send < at) >= POLICY.cap_90_days:
            continue
        assert any(at <= send < at + FORTNIGHT for send in sends), f"{name} slipped at {at} and was forgotten"
        written_to += 1
    assert written_to > 500


def test_at_the_end_of_it_all_is_well(lived: Time) -> None:
    assert_all_well(lived.flow)


@pytest.mark.parametrize("twin", TWINS)
def test_a_small_shop_lives_through_two_months_the_same_on_both_twins(twin: str, tmp_path: Path) -> None:
    clock = FixedClock(START)
    with a_store(twin, tmp_path, clock) as store:
        flow = Flow(store, clock, RELAY)
        go_live(store, POLICY)
        short = live_through(flow, clients(100, START, days=60), days=60)
        _assert_each_who_slips_is_told_of_once(short)
        assert_all_well(flow)


def _assert_each_who_slips_is_told_of_once(lived: Time) -> None:
    told: dict[date, list[str]] = defaultdict(list)
    for at, event in lived.flow.told:
        if event.type is EventType.USER_AT_RISK:
            told[at.date()].append(event.user_id)
    assert {day: sorted(names) for day, names in told.items()} == {
        day: sorted(names) for day, names in lived.slipped.items()
    }


def _assert_at_most(most: int, sends: Sequence[datetime], window: timedelta) -> None:
    assert all(later - first >= window for first, later in zip(sends, sends[most:], strict=False))


def _times_of(lived: Time) -> dict[str, list[datetime]]:
    """For each mailbox when it was written to."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for letter in lived.letters():
        times[letter.mailbox].append(letter.at)
    return times


def _held_out(lived: Time) -> set[str | None]:
    return {
        decision.mailbox_id
        for contact in contacts_of(lived.flow.store)
        for decision in decisions_of(lived.flow, contact)
        if decision.verdict is Verdict.HELD_OUT
    }
