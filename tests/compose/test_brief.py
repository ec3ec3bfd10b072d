from datetime import timedelta

import pytest

from builders import NOW, a_contact, a_user, days_ago
from winback.compose.brief import brief_of
from winback.domain.brief import Brief, House
from winback.domain.contact import Contact, Episode
from winback.domain.order import OrderFigures
from winback.domain.user import User

HOUSE = House(name="Marlow & Finch")


def the_brief(user: User | None = None, contact: Contact | None = None, house: House = HOUSE) -> Brief:
    return brief_of(user or a_user(), contact or a_contact(), house, NOW, "e-1")


def test_it_holds_no_name_address_id_or_amount() -> None:
    user = a_user(name="Zebedee Quux", email="zebedee@quux.example", user_id="u-zebedee", average_order_value=123.45)
    told = repr(the_brief(user)).lower()
    assert not [secret for secret in ("zebedee", "quux", "123.45") if secret in told]


def test_the_seed_is_the_emails_id_and_the_house_comes_along() -> None:
    brief = the_brief()
    assert (brief.seed, brief.house) == ("e-1", HOUSE)


@pytest.mark.parametrize(("days", "told"), [(5, 5), (20, 21), (97, 90), (98, 105), (200, 210), (500, 365)])
def test_the_days_of_silence_are_rounded(days: int, told: int) -> None:
    assert the_brief(contact=a_contact(last_order_at=days_ago(days))).silent_days == told


def test_a_last_order_in_the_future_is_no_silence() -> None:
    assert the_brief(contact=a_contact(last_order_at=NOW + timedelta(days=3))).silent_days == 0


def test_without_a_last_order_nothing_is_said_of_the_time() -> None:
    assert the_brief(contact=a_contact(last_order_at=None)).silent_days is None


@pytest.mark.parametrize(("own", "known", "told"), [(1, 0, 1), (4, 0, 3), (2, 7, 5), (37, 2, 20), (4000, 0, 100)])
def test_orders_are_the_larger_of_both_counts_rounded_down(own: int, known: int, told: int) -> None:
    contact = a_contact(orders=OrderFigures(count=known))
    assert the_brief(a_user(order_count=own), contact).orders == told


def test_no_known_order_is_none() -> None:
    contact = a_contact(orders=OrderFigures(), last_order_at=None)
    assert the_brief(a_user(order_count=None), contact).orders is None
    assert the_brief(a_user(order_count=0), contact).orders is None


def test_a_known_last_order_is_one_order_whatever_the_count_says() -> None:
    contact = a_contact(orders=OrderFigures(), last_order_at=days_ago(90))
    assert the_brief(a_user(order_count=0), contact).orders == 1


@pytest.mark.parametrize(("mails", "told"), [(None, 1), (0, 1), (1, 2), (2, 2), (7, 2)])
def test_the_email_is_the_first_or_the_second_of_its_episode(mails: int | None, told: int) -> None:
    episode = None if mails is None else Episode(since=NOW, mails=mails)
    assert the_brief(contact=a_contact(episode=episode)).mail_in_episode == told


def test_only_normal_categories_are_named_once_each_in_the_clients_order() -> None:
    user = a_user(preferred_categories=("Tops", "maternity tops", "wine", "dresses", "dress", "widgets"))
    brief = the_brief(user)
    assert (brief.categories, brief.theme) == (("tops", "dresses"), "fashion")


def test_the_theme_is_of_a_category_that_may_be_named_before_one_that_may_not() -> None:
    assert the_brief(a_user(preferred_categories=("wine", "books"))).theme == "books"
    assert the_brief(a_user(preferred_categories=("widgets", "wine"))).theme == "food"


def test_a_client_of_sensitive_categories_only_gets_no_theme() -> None:
    brief = the_brief(a_user(preferred_categories=("maternity dresses", "baby clothes", "lingerie")))
    assert (brief.categories, brief.theme) == ((), None)


def test_what_the_shop_wants_quiet_is_not_named() -> None:
    brief = the_brief(house=House(quiet_categories=frozenset({"Dresses"})))
    assert (brief.categories, brief.theme) == (("tops",), "fashion")
