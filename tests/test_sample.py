import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from winback.domain.decision import arm_of
from winback.domain.mailbox import normalised
from winback.domain.order import OrderFigures, OrderStatus, figures_of
from winback.domain.policy import Policy
from winback.domain.risk import risk_date
from winback.domain.score import engagement, figures
from winback.domain.user import PermissionState, User, faults
from winback.sample import Sample, sample

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAYS = [NOW, datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)]
POLICY = Policy()
MADE = sample(NOW)


def orders_of(made: Sample, user: User) -> OrderFigures:
    return figures_of([order for order in made.orders if order.user_id == user.user_id])


def days_to_risk(made: Sample, now: datetime) -> Iterator[tuple[User, int]]:
    """Every user with a score, and in how many days it lies below the threshold; 0 or less: at risk."""
    for user in made.users:
        known = figures(user, orders_of(made, user), now)
        if known is None:
            continue
        on = risk_date(known, POLICY.threshold, POLICY.average_order_value_usual)
        assert on is not None
        below = user.given_score is not None and user.given_score < POLICY.threshold
        yield user, 0 if below else (on - now.date()).days


def fate(user: User, mailed: set[str]) -> str:
    """What the first start holds for a user at risk."""
    address = normalised(user.email or "")
    if user.email_permission is not None and user.email_permission.state is PermissionState.REFUSED:
        return "refused"
    if user.do_not_email or address.startswith("info@"):
        return "do not email" if user.do_not_email else "role address"
    if not user.order_count:
        return "never ordered"
    if address in mailed:
        return "mailbox taken"
    mailed.add(address)
    return arm_of(address, POLICY.campaign, POLICY.holdout_salt, POLICY.holdout_share)


def test_there_are_200_clients_with_ids_of_their_own() -> None:
    assert [user.user_id for user in MADE.users] == [f"sample-{number:03d}" for number in range(1, 201)]
    assert len({order.order_id for order in MADE.orders}) == len(MADE.orders)


@pytest.mark.parametrize("now", DAYS)
def test_every_client_keeps_the_rules_of_a_valid_user(now: datetime) -> None:
    assert [(user, faults(user, now)) for user in sample(now).users if faults(user, now)] == []


@pytest.mark.parametrize("now", DAYS)
def test_about_40_are_at_risk_and_about_30_of_them_are_mailed_on_the_first_start(now: datetime) -> None:
    at_risk = [user for user, days in days_to_risk(sample(now), now) if days <= 0]
    mailed: set[str] = set()
    fates = Counter(fate(user, mailed) for user in at_risk)
    assert fates.total() == 41
    assert fates == {
        "treated": 30,
        "holdout": 5,
        "never ordered": 2,
        "refused": 1,
        "do not email": 1,
        "role address": 1,
        "mailbox taken": 1,
    }


@pytest.mark.parametrize("now", DAYS)
def test_many_are_due_in_the_next_7_and_30_days(now: datetime) -> None:
    due = [days for _, days in days_to_risk(sample(now), now) if days > 0]
    assert sum(days <= 7 for days in due) == 14
    assert sum(days <= 30 for days in due) == 52


def test_one_client_has_orders_without_a_date_and_one_a_given_score() -> None:
    assert sum(figures(user, orders_of(MADE, user), NOW) is None for user in MADE.users) == 1
    assert [user.given_score for user in MADE.users if user.given_score is not None] == [30.0]


def test_the_sample_is_the_same_all_day_long() -> None:
    assert sample(NOW) == sample(NOW.replace(hour=0)) == sample(NOW.replace(hour=23, minute=59)) == MADE


def test_another_day_moves_the_dates_and_nothing_else() -> None:
    for user, later in zip(MADE.users, sample(NOW + timedelta(days=40)).users, strict=True):
        assert (later.user_id, later.name, later.email) == (user.user_id, user.name, user.email)
        if user.last_order_date and later.last_order_date:
            assert later.last_order_date - user.last_order_date == timedelta(days=40)


def test_another_seed_makes_other_people() -> None:
    assert {user.name for user in sample(NOW, seed=2).users} != {user.name for user in MADE.users}


def test_every_address_is_reserved_for_examples() -> None:
    domains = {(user.email or "").rpartition("@")[2] for user in MADE.users}
    assert domains == {"example.com", "example.org", "example.net"}


def test_only_the_household_shares_a_mailbox() -> None:
    shared = Counter(normalised(user.email or "") for user in MADE.users)
    assert [(address, count) for address, count in shared.items() if count > 1] == [("the.larssons@example.org", 2)]


def test_names_are_of_many_scripts_and_most_have_a_given_name() -> None:
    scripts = {unicodedata.name(user.name[0]).split()[0] for user in MADE.users if user.name}
    assert {"LATIN", "GREEK", "CJK"} <= scripts
    assert 150 < sum(user.given_name is not None for user in MADE.users) < 200


def test_some_have_a_place_and_some_have_none() -> None:
    zones = [user.time_zone for user in MADE.users]
    assert 60 < sum(zone is None for zone in zones) < 140
    assert len(set(zones)) > 10


def test_orders_where_known_make_up_the_figures_the_user_carries() -> None:
    by_id = {user.user_id: user for user in MADE.users}
    grouped = {key: list(orders) for key, orders in groupby(MADE.orders, key=lambda order: order.user_id)}
    assert 40 < len(grouped) < 80
    assert {order.status for order in MADE.orders} == {OrderStatus.PLACED, OrderStatus.RETURNED}
    for user_id, orders in grouped.items():
        user, known = by_id[user_id], figures_of(orders)
        assert (known.count, known.first_at, known.last_at) == (
            user.order_count,
            user.first_order_date,
            user.last_order_date,
        )
        assert known.mean_value == pytest.approx(user.average_order_value, abs=0.01)


def test_knowing_the_orders_does_not_move_a_score() -> None:
    for user in MADE.users:
        without, known = figures(user, OrderFigures(), NOW), figures(user, orders_of(MADE, user), NOW)
        if without is not None and known is not None:
            assert engagement(known, NOW.date()).value == engagement(without, NOW.date()).value


def test_nobody_ordered_before_the_account_was_made_or_after_today() -> None:
    for user in MADE.users:
        instants = [user.created_at, user.first_order_date, user.last_order_date, user.updated_at]
        known = [at for at in instants if at is not None]
        assert known == sorted(known)
        assert known[-1] < NOW
