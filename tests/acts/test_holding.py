from datetime import timedelta

import pytest

from builders import NOW, USER_ID, a_contact, a_policy, a_user, an_event
from winback.acts.holding import hold, release
from winback.acts.reasons import LONGEST
from winback.adapters.memory import MemoryStore
from winback.domain.contact import Backlog, Contact
from winback.domain.decision import Verdict
from winback.domain.errors import Refused
from winback.domain.reason import Reason
from winback.ports import Add, Put, World
from winback.steps.decide import decide

UNTIL = NOW + timedelta(days=30)


def contact_of(store: MemoryStore) -> Contact:
    contact = store.get(Contact, USER_ID)
    assert contact is not None
    return contact


@pytest.fixture
def client(store: MemoryStore) -> None:
    store.commit(Put(a_user()), Add(a_contact()), Add(a_policy()))


@pytest.mark.usefixtures("client")
def test_a_held_client_is_looked_at_at_once_and_not_mailed(world: World, store: MemoryStore) -> None:
    held = hold(world, USER_ID, UNTIL, "asked us to wait", "anna", NOW)
    assert (held.due_at, held.held_until, held.held_by) == (NOW, UNTIL, "anna")

    decide(world, an_event(), NOW)
    after = contact_of(store)
    assert after.verdict is Verdict.HOLD
    assert [why.reason for why in after.why] == [Reason.HELD_BY_OPERATOR]
    assert after.due_at == UNTIL


@pytest.mark.usefixtures("client")
def test_a_released_client_is_decided_anew_at_once(world: World, store: MemoryStore) -> None:
    hold(world, USER_ID, UNTIL, "asked us to wait", "anna", NOW)
    decide(world, an_event(), NOW)
    assert release(world, USER_ID, NOW).due_at == NOW

    decide(world, an_event(), NOW)
    assert contact_of(store).verdict is Verdict.MAIL


def test_a_hold_before_the_first_look_does_not_hide_that_it_is_the_first(world: World, store: MemoryStore) -> None:
    store.commit(Put(a_user()))
    hold(world, USER_ID, UNTIL, "asked us to wait", "anna", NOW)
    decide(world, an_event(), NOW)
    assert contact_of(store).backlog is Backlog.FIRST_SEEN


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("until", "why"), [(NOW, "x"), (UNTIL, "x" * (LONGEST + 1)), (UNTIL, "two\nlines"), (UNTIL, "\x1b[31m")]
)
def test_a_hold_that_is_over_or_gives_no_clean_reason_is_refused(world: World, until: object, why: str) -> None:
    with pytest.raises(Refused):
        hold(world, USER_ID, until, why, "anna", NOW)  # type: ignore[arg-type]  # the table holds datetimes


def test_who_is_not_there_cannot_be_released(world: World) -> None:
    with pytest.raises(Refused, match="there is no client nope"):
        release(world, "nope", NOW)


@pytest.mark.usefixtures("client")
def test_there_is_nothing_to_release_where_nobody_holds(world: World) -> None:
    with pytest.raises(Refused, match="is not held by a person"):
        release(world, USER_ID, NOW)


def test_nobody_is_held_who_is_not_there(world: World) -> None:
    with pytest.raises(Refused, match="there is no client"):
        hold(world, USER_ID, UNTIL, "x", "anna", NOW)
