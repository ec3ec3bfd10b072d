"""The client's night: across midnight, in each zone, over both changes of the clocks, and who leaves when it ends."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import RELAY, SENDING, a_contact, a_day, a_mailbox, a_policy, a_user
from winback.domain.policy import Policy
from winback.domain.reason import Reason
from winback.domain.user import User
from winback.domain.wanted import QUIET_HOURS_SPREAD, still_wanted

BERLIN: Final = ZoneInfo("Europe/Berlin")
FIRST: Final = "u-10282"
"""Its place in the spread is the very first second."""


def quiet_until(now: datetime, user: User | None = None, policy: Policy | None = None) -> datetime | None:
    user, policy = user or a_user(user_id=FIRST), policy or a_policy()
    reasons = still_wanted(user, a_contact(), a_mailbox(), a_day(), policy, SENDING, now.astimezone(UTC), RELAY)
    return reasons[Reason.QUIET_HOURS].until if Reason.QUIET_HOURS in reasons else None


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 6, 10, 19, 59), None),
        (utc(2026, 6, 10, 20), utc(2026, 6, 11, 8)),
        (utc(2026, 6, 10, 23, 59), utc(2026, 6, 11, 8)),
        (utc(2026, 6, 11, 0), utc(2026, 6, 11, 8)),
        (utc(2026, 6, 11, 7, 59), utc(2026, 6, 11, 8)),
        (utc(2026, 6, 11, 8), None),
    ],
)
def test_the_night_goes_across_midnight(now: datetime, until: datetime | None) -> None:
    assert quiet_until(now) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [(utc(2026, 6, 10, 12, 59), None), (utc(2026, 6, 10, 13), utc(2026, 6, 10, 15)), (utc(2026, 6, 10, 15), None)],
)
def test_quiet_hours_within_a_day_end_on_that_day(now: datetime, until: datetime | None) -> None:
    siesta = a_policy(quiet_hours_from="13:00", quiet_hours_until="15:00")
    assert quiet_until(now, policy=siesta) == until


def test_it_is_the_night_of_the_client_where_the_zone_is_known_else_of_the_shop() -> None:
    now = utc(2026, 6, 10, 3)
    tokyo, shop_in_tokyo = a_user(user_id=FIRST, time_zone="Asia/Tokyo"), a_policy(time_zone="Asia/Tokyo")
    assert quiet_until(now) == utc(2026, 6, 10, 8)
    assert quiet_until(now, tokyo) is None
    assert quiet_until(now, policy=shop_in_tokyo) is None
    assert quiet_until(utc(2026, 6, 10, 12), tokyo, a_policy(time_zone="Europe/Berlin")) == utc(2026, 6, 10, 23)


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (datetime(2026, 3, 28, 21, tzinfo=BERLIN), utc(2026, 3, 29, 6)),
        (datetime(2026, 10, 24, 21, tzinfo=BERLIN), utc(2026, 10, 25, 7)),
    ],
    ids=["spring", "autumn"],
)
def test_the_night_ends_at_eight_by_the_clock_on_both_days_of_change(evening: datetime, morning: datetime) -> None:
    berlin = a_user(user_id=FIRST, time_zone="Europe/Berlin")
    assert quiet_until(evening, berlin) == morning
    assert quiet_until(morning - timedelta(seconds=1), berlin) == morning
    assert quiet_until(morning, berlin) is None


@pytest.mark.parametrize("day", [(2026, 3, 28), (2026, 10, 24)], ids=["never", "twice"])
def test_an_end_that_comes_never_or_twice_that_night_lies_ahead_and_is_not_night(day: tuple[int, int, int]) -> None:
    """Whoever is told to come back at an instant that is past, or still night, would come back for ever."""
    policy = a_policy(time_zone="Europe/Berlin", quiet_hours_from="20:00", quiet_hours_until="02:30")
    start = datetime(*day, 21, tzinfo=BERLIN).astimezone(UTC)
    nights = [start + timedelta(minutes=minutes) for minutes in range(0, 8 * 60, 5)]
    held = [(now, until) for now in nights if (until := quiet_until(now, policy=policy)) is not None]
    assert held
    for now, until in held:
        assert until > now
        assert quiet_until(until, policy=policy) is None


@given(number=st.integers(0, 10_000), minute=st.integers(0, 12 * 60 - 1))
def test_what_the_night_held_leaves_within_two_hours_each_client_always_at_the_same_second(
    number: int, minute: int
) -> None:
    client = a_user(user_id=f"u-{number}")
    end = utc(2026, 6, 11, 8)
    until = quiet_until(utc(2026, 6, 10, 20) + timedelta(minutes=minute), client)
    assert until is not None
    assert end <= until < end + QUIET_HOURS_SPREAD
    assert until == quiet_until(utc(2026, 6, 11, 3), client)


def test_clients_leave_evenly() -> None:
    hours = [
        until.hour
        for number in range(2_000)
        if (until := quiet_until(utc(2026, 6, 11, 3), a_user(user_id=str(number))))
    ]
    assert 900 < hours.count(8) < 1_100
    assert 900 < hours.count(9) < 1_100


@given(
    number=st.integers(0, 500),
    begin=st.integers(0, 24 * 60 - 1),
    end=st.integers(0, 24 * 60 - 1),
    now=st.datetimes(utc(2026, 1, 1).replace(tzinfo=None), utc(2027, 1, 1).replace(tzinfo=None)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_when_the_night_is_said_to_end_it_has_ended(
    number: int, begin: int, end: int, now: datetime, zone: str
) -> None:
    """Whatever the policy's hours: who is spread over a short day is not spread into the next night."""
    policy = a_policy(
        time_zone=zone,
        quiet_hours_from=f"{begin // 60:02}:{begin % 60:02}",
        quiet_hours_until=f"{end // 60:02}:{end % 60:02}",
    )
    client = a_user(user_id=f"u-{number}")
    at = now.replace(tzinfo=UTC)
    for _ in range(3):
        until = quiet_until(at, client, policy)
        if until is None:
            return
        assert until > at
        at = until
    raise AssertionError("the night of this client never ends")
