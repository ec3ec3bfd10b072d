"""change → event: what is told and what is not, and that nothing personal is."""

from dataclasses import asdict, replace

import pytest

from builders import NOW, USER_ID, a_change, a_contact, a_user, an_email, an_order
from flow.world import a_world
from winback.domain.change import Change, Noun, Verb
from winback.domain.contact import DueFor
from winback.domain.email import Email, EmailStatus
from winback.domain.event import Event, EventType
from winback.domain.user import User
from winback.ports import Add, EmbeddedStore, Put, Remove, Replace, World
from winback.steps.relay import is_alias, relay, safe_id


def told(world: World, *changes: Change) -> list[EventType]:
    return [event.type for event in relay(world, changes)]


@pytest.mark.parametrize("verb", Verb)
def test_the_present_not_the_verb_says_what_became_of_a_user(verb: Verb) -> None:
    world, change = a_world(), a_change(verb=verb)
    assert told(world, change) == [EventType.USER_DELETED]
    world.store.commit(Put(a_user()))
    assert told(world, change) == [EventType.USER_CREATED]
    world.store.commit(Add(a_contact()))
    assert told(world, change) == [EventType.USER_UPDATED]


def test_who_comes_back_after_a_deletion_is_created() -> None:
    world = a_world()
    world.store.commit(Put(a_user()), Add(a_contact(deleted_at=NOW)))
    assert told(world, a_change()) == [EventType.USER_CREATED]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (a_change(noun=Noun.ORDER, key="o-1"), EventType.ORDER_CREATED),
        (a_change(noun=Noun.ORDER, key="o-1", verb=Verb.CHANGED), EventType.ORDER_UPDATED),
        (a_change(noun=Noun.ORDER, key="o-1", verb=Verb.REMOVED), EventType.ORDER_UPDATED),
        (a_change(noun=Noun.CONTACT, verb=Verb.CHANGED, detail=DueFor.CROSSING), EventType.USER_AT_RISK),
        (a_change(noun=Noun.CONTACT, verb=Verb.CHANGED, detail=DueFor.WAIT_OVER), EventType.USER_DUE),
        (a_change(noun=Noun.CONTACT, verb=Verb.CHANGED), EventType.USER_DUE),
        (a_change(noun=Noun.EMAIL, key="e-1", detail="GENERATED"), EventType.EMAIL_GENERATED),
        (a_change(noun=Noun.EMAIL, key="e-1", detail="APPROVED"), EventType.EMAIL_APPROVED),
        (a_change(noun=Noun.EMAIL, key="e-1", detail="SENT"), EventType.EMAIL_SENT),
        (a_change(noun=Noun.EMAIL, key="e-1", detail="FAILED"), EventType.EMAIL_FAILED),
    ],
)
def test_what_each_change_tells(change: Change, kind: EventType) -> None:
    assert relay(a_world(), [change]) == [Event("c-1", kind, USER_ID, change.key, NOW)]


@pytest.mark.parametrize("status", ["SENDING", "UNSURE", "HELD", "SUPPRESSED"])
def test_an_e_mail_s_other_states_are_silent(status: str) -> None:
    assert told(a_world(), a_change(noun=Noun.EMAIL, detail=status)) == []


def test_events_keep_the_order_and_the_numbers_of_their_changes() -> None:
    changes = [a_change(change_id=str(number), noun=Noun.ORDER, key=f"o-{number}") for number in range(5)]
    assert [event.event_id for event in relay(a_world(), changes)] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("odd", ["ada@example.com", "Ada Lovelace", "line\nbreak", "", "x" * 129, "日本"])
def test_an_odd_id_goes_by_an_alias_in_every_field(odd: str) -> None:
    user = a_change(key=odd, user_id=odd)
    order = a_change(noun=Noun.ORDER, key=odd, user_id=odd)
    for event in relay(a_world(), [user, order]):
        assert is_alias(event.user_id)
        assert is_alias(event.subject_id)
        assert not odd or odd not in str(asdict(event))


def test_an_alias_is_stable_and_cannot_be_guessed_without_the_key() -> None:
    world = a_world()
    alias = safe_id(world, "ada@example.com")
    assert safe_id(a_world(), "ada@example.com") == alias
    assert safe_id(replace(world, key=b"another key"), "ada@example.com") != alias
    assert safe_id(world, "bob@example.com") != alias


def test_an_id_that_keeps_the_rule_stays_and_is_no_alias_of_ours() -> None:
    for usual in ("u-1", "invalid-", "invalid-client", "A.b_c:d-9", "x" * 128):
        assert safe_id(a_world(), usual) == usual
        assert not is_alias(usual)


def test_of_an_odd_id_the_verb_must_do_since_nobody_can_be_asked() -> None:
    assert told(a_world(), a_change(key="a b", user_id="a b")) == [EventType.USER_CREATED]
    gone = a_change(key="a b", user_id="a b", verb=Verb.REMOVED)
    assert told(a_world(), gone) == [EventType.USER_DELETED]


def test_what_the_steps_write_tells_no_more_than_it_should() -> None:
    """A score that is shown, a contact that is judged, a claim: silent. Nothing runs in circles."""
    world = a_world()
    store = world.store
    store.commit(Put(a_user()), Add(a_contact()), Add(an_email()), Put(an_order()))
    waiting = _waiting(world)
    assert told(world, *waiting) == [EventType.USER_UPDATED, EventType.EMAIL_GENERATED, EventType.ORDER_CREATED]
    email = store.get(Email, an_email().email_id)
    user = store.get(User, USER_ID)
    assert email is not None
    assert user is not None
    store.commit(Replace(replace(a_contact(), version=1, due_at=NOW)))
    store.commit(Replace(replace(email, status=EmailStatus.SENDING)))
    store.commit(Put(replace(user, updated_at=NOW)))
    assert _waiting(world) == []
    store.commit(Remove(User, USER_ID))
    assert told(world, *_waiting(world)) == [EventType.USER_DELETED]


def _waiting(world: World) -> list[Change]:
    """The changes since the last look."""
    store: EmbeddedStore = world.store  # type: ignore[assignment]  # the memory twin is one
    changes = store.waiting(100)
    store.relayed(changes)
    return changes
