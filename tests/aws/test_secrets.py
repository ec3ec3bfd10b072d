from collections.abc import Iterator
from uuid import uuid4

import pytest

from aws.emulated import clients
from winback.adapters.aws.secrets import KEPT_SECONDS, Secret, mailbox_key
from winback.domain.errors import Refused, Retryable


@pytest.fixture
def name() -> str:
    made = f"key-{uuid4().hex}"
    clients().secrets.create_secret(Name=made, SecretString="first")
    return made


def change(name: str, value: str) -> None:
    clients().secrets.put_secret_value(SecretId=name, SecretString=value)


def secret(name: str, seconds: Iterator[float], plain: str | None = None) -> Secret:
    return Secret(lambda: clients().secrets, name, plain, monotonic=lambda: next(seconds))


def test_a_value_is_kept_for_a_minute_and_then_read_again(name: str) -> None:
    kept = secret(name, iter([0.0, KEPT_SECONDS - 1, KEPT_SECONDS, KEPT_SECONDS]))
    assert kept.value() == "first"
    change(name, "second")
    assert kept.value() == "first"
    assert kept.value() == "second"


def test_a_value_that_was_refused_is_read_again_at_once(name: str) -> None:
    kept = secret(name, iter([0.0] * 9))
    assert kept.value() == "first"
    assert not kept.refused("first")
    change(name, "second")
    assert kept.refused("first")
    assert kept.value() == "second"


def test_who_was_refused_with_an_old_value_does_not_have_the_new_one_read_again(name: str) -> None:
    kept = secret(name, iter([0.0] * 9))
    assert kept.value() == "first"
    change(name, "second")
    assert kept.refused("older") is True
    assert kept.value() == "first"


def test_a_plain_value_wins_and_nobody_is_asked() -> None:
    plain = Secret(lambda: pytest.fail("was asked"), "no such secret", "plain")
    assert plain.value() == "plain"
    assert not plain.refused("plain")


def test_a_secret_that_cannot_be_read_is_retryable_and_named() -> None:
    with pytest.raises(Retryable, match="secret nowhere: ResourceNotFoundException"):
        Secret(lambda: clients().secrets, "nowhere").value()


def test_neither_repr_nor_errors_hold_the_value(name: str) -> None:
    kept = Secret(lambda: clients().secrets, name, "hush")
    kept.value()
    assert "hush" not in repr(kept)
    with pytest.raises(Refused) as error:
        mailbox_key("hush")
    assert "hush" not in str(error.value)


def test_the_key_of_one_machine_is_the_same_key_on_aws() -> None:
    assert mailbox_key("0f" * 32) == bytes([15]) * 32


def test_other_text_is_a_key_as_it_stands_unless_it_is_short() -> None:
    assert mailbox_key("x" * 64) == b"x" * 64
    assert mailbox_key("y" * 32) == b"y" * 32
    with pytest.raises(Refused, match="needs 32 or more"):
        mailbox_key("y" * 31)
