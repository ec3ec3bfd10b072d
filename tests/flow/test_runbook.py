"""What the runbook and the shop's own programs do first: put a test user, put it again, put what was read."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from builders import NOW, a_user, days_ago
from flow.driver import Flow
from flow.invariants import assert_all_well, contacts_of, decisions_of, emails_of
from flow.world import TWINS, a_store
from winback.adapters.memory import FixedClock
from winback.domain.contact import Contact
from winback.domain.decision import Verdict
from winback.domain.dynamo import plain
from winback.domain.email import Body, EmailStatus
from winback.domain.event import EventType
from winback.domain.reason import Reason
from winback.domain.user import User, item_of, user_of
from winback.ports import Put

DATA: Final = Path(__file__).parents[1] / "data"
MANY: Final = 50


@pytest.fixture(params=TWINS)
def flow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flow]:
    """A first start: the folder sender, the policy's defaults, nothing in the store."""
    clock = FixedClock(NOW)
    with a_store(request.param, tmp_path, clock) as store:
        yield Flow(store, clock)


def put(flow: Flow, item: dict[str, Any]) -> None:
    flow.store.commit(Put(user_of(plain(item))))
    flow.until_quiet()


def of_the_runbook(name: str) -> dict[str, Any]:
    item: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return item


def contact_of(flow: Flow, user_id: str) -> Contact:
    contact = flow.store.get(Contact, user_id)
    assert contact is not None
    return contact


def test_the_test_user_with_a_low_score_gets_one_e_mail_at_once(flow: Flow) -> None:
    put(flow, of_the_runbook("test-user-8"))
    assert next(event.type for _, event in flow.told) is EventType.USER_CREATED
    ((_, letter),) = flow.post.taken
    (email,) = emails_of(flow.store)
    assert (letter.to, email.status) == ("test8@example.com", EmailStatus.SENT)
    assert flow.store.get(Body, email.email_id) is not None
    assert contact_of(flow, "test-user-8").verdict is Verdict.MAIL
    assert_all_well(flow)


def test_the_test_user_on_the_line_gets_an_event_and_a_hold(flow: Flow) -> None:
    put(flow, of_the_runbook("test-user-1"))
    assert [event.type for _, event in flow.told] == [EventType.USER_CREATED]
    contact = contact_of(flow, "test-user-1")
    assert (contact.verdict, [why.reason for why in contact.why]) == (Verdict.HOLD, [Reason.NOT_AT_RISK])
    assert (contact.score, contact.score_is_given, contact.due_at) == (50, True, None)
    assert flow.post.taken == []


def test_the_test_user_put_ten_times_gets_one_e_mail(flow: Flow) -> None:
    for _ in range(10):
        put(flow, of_the_runbook("test-user-8"))
    for number in range(10):
        put(flow, {**of_the_runbook("test-user-8"), "name": {"S": f"Test User {number}"}})
    assert len(flow.post.taken) == 1
    assert_all_well(flow)


def test_ten_puts_before_anybody_looks_give_one_e_mail(flow: Flow) -> None:
    for number in range(10):
        user = user_of(plain(of_the_runbook("test-user-8")))
        flow.store.commit(Put(replace(user, name=f"Test User {number}")))
    flow.until_quiet()
    assert len(flow.told) > len(flow.post.taken) == 1
    assert_all_well(flow)


def test_what_was_read_and_put_back_fifty_times_is_still_scored_by_us(flow: Flow) -> None:
    put(flow, item_of(a_user(last_order_date=days_ago(20))))
    for number in range(MANY):
        user = flow.store.get(User, "u-1")
        assert user is not None
        put(flow, {**item_of(user), "name": f"Ada {number}"})
        flow.clock.advance(timedelta(hours=7))
    user, contact = flow.store.get(User, "u-1"), contact_of(flow, "u-1")
    assert user is not None
    assert user.given_score is None
    assert not contact.score_is_given
    assert contact.score is not None
    assert user.engagement_score == int(contact.score)
    assert contact.number == 1
    assert_all_well(flow)


def test_a_score_wins_until_its_writer_drops_it(flow: Flow) -> None:
    put(flow, item_of(a_user(last_order_date=days_ago(20), engagement_score=50.0)))
    assert contact_of(flow, "u-1").score_is_given
    put(flow, item_of(a_user(last_order_date=days_ago(20))))
    assert not contact_of(flow, "u-1").score_is_given
    assert contact_of(flow, "u-1").risk_date is not None
    assert_all_well(flow)


SPELLINGS: Final = (
    "ada.lovelace@gmail.com",
    "Ada.Lovelace@Gmail.com",
    "adalovelace@gmail.com",
    "ada.lovelace+shop@gmail.com",
    "a.d.a.lovelace@googlemail.com",
)


@pytest.mark.parametrize("tell", [Flow.until_quiet, lambda flow: None], ids=["one after the other", "all at once"])
def test_of_fifty_users_with_one_address_in_five_spellings_one_gets_an_e_mail(
    flow: Flow, tell: Callable[[Flow], None]
) -> None:
    for number in range(MANY):
        flow.store.commit(Put(a_user(user_id=f"u-{number}", email=SPELLINGS[number % len(SPELLINGS)])))
        tell(flow)
    flow.until_quiet()
    ((_, letter),) = flow.post.taken
    (email,) = emails_of(flow.store)
    assert letter.email_id == email.email_id
    for contact in contacts_of(flow.store):
        if contact.user_id != email.user_id:
            (decision,) = decisions_of(flow, contact)
            assert decision.verdict is Verdict.HOLD
            assert f"turn of client {email.user_id}" in decision.why[0].words
    assert_all_well(flow)


def test_those_who_share_an_address_take_turns_until_it_was_written_to_often_enough(flow: Flow) -> None:
    for number in range(MANY):
        flow.store.commit(Put(a_user(user_id=f"u-{number:02}", email=SPELLINGS[number % len(SPELLINGS)])))
    flow.pass_time(timedelta(days=40))
    times = [at for at, _ in flow.post.taken]
    assert len(times) == 4, "the cap of 90 days"
    assert all(later - earlier >= timedelta(days=7) for earlier, later in pairwise(times))
    assert max(Counter(email.user_id for email in emails_of(flow.store)).values()) <= 2
    assert_all_well(flow)
