"""decision → e-mail: composed from the brief, judged, stored once, or given up in a way that frees the mailbox."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from builders import MAILBOX_ID, NOW, USER_ID, a_draft, an_event
from flow.world import a_world
from steps.present import the, the_contact, the_decisions, the_emails, the_mailbox, world_of
from winback.adapters.memory import MemoryComposer
from winback.compose.house_copy import HOUSE_COPY, HouseCopy
from winback.domain.brief import Brief, House
from winback.domain.day import Day, day_id
from winback.domain.email import Body, Email, EmailStatus
from winback.domain.errors import Conflict, Rejected, Retryable
from winback.domain.mailbox import reserved
from winback.domain.user import User
from winback.ports import Composed, Composer, Remove, Replace, World
from winback.steps.decide import LAPSE, decide
from winback.steps.result import Result, Step
from winback.steps.write import TRY_AGAIN, write

UNTRUE = a_draft(paragraphs=("We have 70 % off for you until Sunday.", "Come by soon."))


class ComposerAside(HouseCopy):
    """While it composes, something else happens."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = lambda: None

    def compose(self, brief: Brief) -> Composed:
        self.meanwhile()
        return super().compose(brief)


def decided(composer: Composer | None = None) -> World:
    world = world_of(world=a_world(composer=composer))
    decide(world, an_event(), NOW)
    return world


def written(world: World, later: timedelta = timedelta()) -> Step:
    return write(world, an_event(), NOW + later)


def test_the_decision_becomes_an_e_mail_of_the_same_id_with_its_body() -> None:
    world = decided()
    assert written(world).result is Result.GO_ON
    (email,), (decision,) = the_emails(world), the_decisions(world)
    body = world.store.get(Body, email.email_id)
    assert body is not None
    assert (email.email_id, email.status) == (decision.decision_id, EmailStatus.GENERATED)
    assert (body.composer, body.draft.subject) == (HOUSE_COPY, email.subject)
    assert body.draft.paragraphs[0].split()[0] in email.text
    assert body.brief["mailInEpisode"] == "1"


def test_what_the_composer_was_told_names_nobody() -> None:
    world = decided()
    written(world)
    body = world.store.get(Body, the_emails(world)[0].email_id)
    assert body is not None
    assert not any(word in str(body.brief).lower() for word in ("ada", "lovelace", "example", USER_ID))


def test_a_message_that_comes_twice_is_written_once() -> None:
    composer = MemoryComposer()
    world = decided(composer)
    assert [written(world).result, written(world).result] == [Result.GO_ON, Result.GO_ON]
    assert len(composer.briefs) == 1


def test_without_a_decision_to_mail_nothing_is_written() -> None:
    world = world_of()
    assert written(world) == Step(Result.DONE, "nothing to write")


def test_while_the_composer_is_down_nothing_is_stored() -> None:
    composer = MemoryComposer()
    world = decided(composer)
    composer.fail_next(Retryable("down"))
    with pytest.raises(Retryable):
        written(world)
    assert the_emails(world) == []
    assert written(world).result is Result.GO_ON


def test_an_untrue_draft_is_replaced_by_house_copy_and_what_was_wrong_is_kept() -> None:
    world = decided(MemoryComposer(UNTRUE))
    written(world)
    (email,) = the_emails(world)
    body = world.store.get(Body, email.email_id)
    assert body is not None
    assert body.composer == HOUSE_COPY
    assert body.verdicts
    assert "70" not in email.text


def test_a_text_that_can_never_pass_frees_the_mailbox_and_is_tried_again_tomorrow() -> None:
    composer = MemoryComposer()
    world = decided(composer)
    composer.fail_next(Rejected("mend the house facts"))
    assert written(world).result is Result.DONE
    contact = the_contact(world)
    assert (contact.open_email_id, contact.due_at) == (None, NOW + TRY_AGAIN)
    assert the_mailbox(world).open_email_id is None
    assert the_emails(world) == []


def test_a_fault_in_the_house_facts_does_not_use_up_the_day() -> None:
    """Each client that is decided for takes a place of the day: once a day for each is enough."""
    composer = MemoryComposer()
    world = decided(composer)
    composer.fail_next(Rejected("mend the house facts"), times=100)
    for hour in range(24):
        now = NOW + timedelta(hours=hour)
        if world.store.due(now, 10):
            decide(world, an_event(), now)
            write(world, an_event(), now)
    day = world.store.get(Day, day_id(NOW.date()))
    assert day is not None
    assert day.decided == 1


def test_what_ended_while_it_was_composed_is_not_left_behind() -> None:
    composer = ComposerAside()
    world = decided(composer)

    def is_deleted() -> None:
        world.store.commit(Remove(User, USER_ID))
        decide(world, an_event(), NOW)

    composer.meanwhile = is_deleted
    with pytest.raises(Conflict):
        written(world)
    assert the_emails(world) == []
    assert written(world) == Step(Result.DONE, "nothing to write")


def test_of_two_who_write_at_once_one_wins() -> None:
    composer = ComposerAside()
    world = decided(composer)

    def another_writes() -> None:
        composer.meanwhile = lambda: None
        written(world)

    composer.meanwhile = another_writes
    with pytest.raises(Conflict):
        written(world)
    assert len(the_emails(world)) == 1
    assert written(world) == Step(Result.GO_ON, "written already")


def test_whose_turn_went_to_another_client_is_decided_anew() -> None:
    world = decided()
    mailbox = the_mailbox(world)
    world.store.commit(Replace(reserved(mailbox, "e-other", "u-2", NOW + 2 * LAPSE)))
    assert written(world, LAPSE).result is Result.DONE
    contact = the_contact(world)
    assert contact.open_email_id is None
    assert contact.due_at is not None
    assert the_mailbox(world, MAILBOX_ID).open_user_id == "u-2"


def test_the_house_facts_stand_in_the_e_mail() -> None:
    world = decided()
    world = World(**{name: getattr(world, name) for name in World.__slots__} | {"house": House(name="Corner Shop")})
    written(world)
    assert "Corner Shop" in the(Email, world, the_emails(world)[0].email_id).text
