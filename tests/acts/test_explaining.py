from datetime import timedelta

import pytest

from builders import NOW, USER_ID, a_contact, a_policy, a_user, an_event
from winback.acts.explaining import explained, what_comes_next
from winback.adapters.memory import MemoryStore
from winback.domain.contact import Contact
from winback.domain.decision import Verdict
from winback.domain.errors import Refused
from winback.domain.user import User
from winback.ports import Add, Put, Remove, World
from winback.steps.decide import decide


def decided(world: World, store: MemoryStore, user: User) -> None:
    store.commit(Put(user), Add(a_policy()))
    decide(world, an_event(), NOW)


def test_the_score_told_is_the_one_the_contact_was_judged_by(world: World, store: MemoryStore) -> None:
    decided(world, store, a_user())
    told, contact = explained(world, USER_ID, NOW), store.get(Contact, USER_ID)
    assert contact is not None
    assert (told.value, told.at_risk) == (contact.score, contact.at_risk)
    assert [decision.verdict for decision in told.decisions] == [Verdict.MAIL]


def test_a_given_score_has_no_parts(world: World, store: MemoryStore) -> None:
    decided(world, store, a_user(engagement_score=30.0))
    told = explained(world, USER_ID, NOW)
    assert (told.value, told.score, told.at_risk) == (30.0, None, True)


def test_a_client_nobody_has_judged_is_told_so(world: World, store: MemoryStore) -> None:
    store.commit(Put(a_user()))
    assert "Not looked at yet" in what_comes_next(explained(world, USER_ID, NOW))


def test_an_engaged_client_is_told_the_day_of_the_crossing(world: World, store: MemoryStore) -> None:
    decided(world, store, a_user(last_order_date=NOW - timedelta(days=3)))
    told = explained(world, USER_ID, NOW)
    assert told.contact is not None
    day = told.contact.risk_date
    assert day is not None
    assert f"Slips below the line on {day.day} {day:%B %Y} unless an order comes" in what_comes_next(told)


def test_a_deleted_client_can_still_be_explained(world: World, store: MemoryStore) -> None:
    decided(world, store, a_user(engagement_score=90.0))
    store.commit(Remove(User, USER_ID))
    told = explained(world, USER_ID, NOW)
    assert (told.user, told.value) == (None, None)


def test_who_was_held_out_is_told_so(world: World, store: MemoryStore) -> None:
    store.commit(Put(a_user()), Add(a_contact(verdict=Verdict.HELD_OUT, due_at=NOW + timedelta(days=14))))
    assert what_comes_next(explained(world, USER_ID, NOW)) == (
        "Goes without e-mail, as one of those measured against; decided anew from 24 June 2026 on."
    )


def test_what_is_due_never_is_said_to_come_by_itself_no_more(world: World, store: MemoryStore) -> None:
    store.commit(Put(a_user()), Add(a_contact(due_at=None)))
    assert what_comes_next(explained(world, USER_ID, NOW)).startswith("Nothing by itself")


def test_who_is_nowhere_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="there is no client"):
        explained(world, "nobody", NOW)
