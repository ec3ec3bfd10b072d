import pytest

from builders import NOW, a_user, an_item
from winback.acts.taking import user_from
from winback.domain.user import Fault, User


def test_a_valid_item_is_taken() -> None:
    assert user_from(an_item(), NOW) == a_user()


def test_every_rule_an_item_breaks_is_named() -> None:
    found = user_from(an_item(email="nobody", orderCount=-1), NOW)
    assert isinstance(found, list)
    assert {fault.field for fault in found} == {"email", "orderCount"}


@pytest.mark.parametrize(
    ("user_id", "email", "taken"),
    [
        ("ada.lovelace.example.com", "ada.lovelace@example.com", False),
        ("shop-1:ADA_LOVELACE_EXAMPLE.COM", "ada.lovelace@example.com", False),
        ("ada-at-example-com", "ada@example.com", False),
        ("ada", "ada@example.com", True),
        ("example.com-17", "ada@example.com", True),
        ("test-user-8", "test8@example.com", True),
    ],
)
def test_an_id_that_is_the_address_in_another_spelling_is_refused(user_id: str, email: str, taken: bool) -> None:
    assert isinstance(user_from(an_item(userId=user_id, email=email), NOW), User) is taken


@pytest.mark.parametrize(
    ("user_id", "phone", "taken"),
    [
        ("c-4917012345", "+49 170 12345", False),
        ("4917012345", "+49 170 12345", True),
        ("c-17", "17", True),
        ("c-4917012345", "+49 170 99999", True),
        ("c-4917012345", None, True),
    ],
)
def test_an_id_that_holds_a_phone_number_is_refused_unless_it_is_digits_alone(
    user_id: str, phone: str | None, taken: bool
) -> None:
    item = {**an_item(userId=user_id), "phone": phone}
    assert isinstance(user_from(item, NOW), User) is taken


def test_the_fault_does_not_repeat_the_id() -> None:
    (fault,) = user_from(an_item(userId="ada.example.com", email="ada@example.com"), NOW)  # type: ignore[misc]  # faults
    assert fault == Fault("userId", "holds the client's own address or phone number, and ids stand in logs")
