"""What only the memory twins can do: stand still, be told to fail, keep what they were given."""

from datetime import timedelta

import pytest

from builders import NOW, a_brief, a_user
from winback.adapters.memory import FixedClock, MemoryComposer, MemoryMailer, MemoryStore
from winback.domain.errors import Retryable, SenderIll, Unsure
from winback.domain.switch import SenderKind
from winback.ports import Clock, Composer, Letter, Mailer, Put

LETTER = Letter("e-1", "ada@example.com", "Shop <shop@shop.example>", "Hello", "Hello", "<p>Hello</p>")


def test_the_clock_stands_still_until_it_is_advanced() -> None:
    clock = FixedClock(NOW)
    port: Clock = clock
    port.sleep(3600)
    assert port.now() == NOW

    assert clock.advance(timedelta(days=1)) == NOW + timedelta(days=1) == port.now()


def test_the_changes_of_a_store_bear_the_time_of_its_clock() -> None:
    clock = FixedClock(NOW)
    store = MemoryStore(clock)
    store.commit(Put(a_user()))
    clock.advance(timedelta(hours=1))
    store.commit(Put(a_user(name="Ada King")))

    assert [change.at for change in store.waiting(10)] == [NOW, NOW + timedelta(hours=1)]


def test_a_transaction_in_a_transaction_is_refused() -> None:
    store = MemoryStore()

    with pytest.raises(RuntimeError), store.transaction(), store.transaction():
        pytest.fail("it was let in")
    with store.transaction():
        store.commit(Put(a_user()))
    assert len(store.waiting(10)) == 1


def test_the_mailer_keeps_the_letters_it_took() -> None:
    mailer: Mailer = MemoryMailer(SenderKind.SMTP)

    assert mailer.kind is SenderKind.SMTP
    assert mailer.look("e-1") is False
    assert mailer.send(LETTER, NOW) == "memory:e-1"
    assert mailer.look("e-1") is True


def test_a_mailer_told_to_fail_before_took_nothing_and_works_again() -> None:
    mailer = MemoryMailer()
    mailer.fail_next(Retryable("down"), times=2)

    for _ in range(2):
        with pytest.raises(Retryable):
            mailer.send(LETTER, NOW)
    assert mailer.letters == []
    mailer.send(LETTER, NOW)
    assert mailer.letters == [LETTER]


def test_a_mailer_told_to_fail_after_took_the_letter_all_the_same() -> None:
    mailer = MemoryMailer(can_look=False)
    mailer.fail_next(Unsure("broken after DATA"), taken=True)

    with pytest.raises(Unsure):
        mailer.send(LETTER, NOW)
    assert mailer.letters == [LETTER]
    assert mailer.look("e-1") is None


def test_an_ill_mailer_takes_nothing_until_its_next_try() -> None:
    mailer = MemoryMailer()
    mailer.ill = (NOW + timedelta(minutes=1), "454 sign-in refused")

    assert mailer.ill_until(NOW) == mailer.ill
    with pytest.raises(SenderIll):
        mailer.send(LETTER, NOW)
    assert mailer.letters == []
    assert mailer.ill_until(NOW + timedelta(minutes=1)) is None
    mailer.send(LETTER, NOW + timedelta(minutes=1))
    assert mailer.letters == [LETTER]


def test_the_composer_says_the_same_and_fails_when_told() -> None:
    composer = MemoryComposer()
    port: Composer = composer
    composer.fail_next(Retryable("down"))

    with pytest.raises(Retryable):
        port.compose(a_brief())
    assert port.compose(a_brief()).draft == composer.draft
    assert composer.briefs == [a_brief(), a_brief()]
