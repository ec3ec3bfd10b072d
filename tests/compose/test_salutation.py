import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.compose.salutation import salutation
from winback.domain.user import User


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Amara", "Hello Amara,"),
        ("  Amara ", "Hello Amara,"),
        ("AMARA", "Hello Amara,"),
        ("amara", "Hello Amara,"),
        ("Anne-Marie", "Hello Anne-Marie,"),
        ("O'Neil", "Hello O'Neil,"),
        ("D’Arcy", "Hello D’Arcy,"),
        ("DeShawn", "Hello DeShawn,"),
        ("Zoë", "Hello Zoë,"),
        ("Zoe\u0308", "Hello Zoë,"),
        ("Łukasz", "Hello Łukasz,"),
        ("Дмитрий", "Hello Дмитрий,"),
        ("Ελένη", "Hello Ελένη,"),
        ("नेहा", "Hello नेहा,"),
        ("فاطمة", "Hello فاطمة,"),
        ("美咲", "Hello 美咲,"),
        ("エミリー", "Hello エミリー,"),
        ("Mary Jane", "Hello,"),
        ("A", "Hello,"),
        ("X" * 31, "Hello,"),
        ("-Anna", "Hello,"),
        ("Anna-", "Hello,"),
        ("a-b-c-d", "Hello,"),
        ("Anna2", "Hello,"),
        ("evil.example", "Hello,"),
        ("Mr", "Hello,"),
        ("null", "Hello,"),
        ("GmbH", "Hello,"),
    ],
)
def test_a_given_name_is_used_if_it_can_be_one(given: str, expected: str) -> None:
    assert salutation(User("u-1", given_name=given, name="Somebody Else")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Amara Okafor", "Hello Amara,"),
        ("Jean-Luc de la Tour", "Hello Jean-Luc,"),
        ("Siobhán O'Connor", "Hello Siobhán,"),
        ("Amara\u00a0Okafor", "Hello Amara,"),
        ("Nguyễn Thị Hoa", "Hello Nguyễn,"),
        ("Test User 8", "Hello,"),
        ("Test User", "Hello,"),
        ("Guest", "Hello,"),
        ("", "Hello,"),
        ("   ", "Hello,"),
        ("Mr John Smith", "Hello,"),
        ("Dr. Anna Weiss", "Hello,"),
        ("Smith, John", "Hello,"),
        ("J Smith", "Hello,"),
        ("Anna/Peter Weiss", "Hello,"),
        ("anna@example.com", "Hello,"),
        ("Anna (work)", "Hello,"),
        ("Anna & Peter", "Hello,"),
        ("Brandt Mode GmbH", "Hello,"),
        ("Acme Ltd", "Hello,"),
        ("Nordic Supply AB", "Hello,"),
        ("Ромашка ООО", "Hello,"),
        ("Buy cheap watches now at our new great shop", "Hello,"),
        ("Win 1000 euros", "Hello,"),
        ("Visit https://evil.example", "Hello,"),
        ("www.evil.example", "Hello,"),
        ("Anna\r\nBcc: victim@example.com", "Hello,"),
        ("Anna\nBcc", "Hello,"),
        ("Anna\tWeiss", "Hello,"),
        ("Anna\x00Weiss", "Hello,"),
        ("<b>Anna</b>", "Hello,"),
        ("<script>alert(1)</script>", "Hello,"),
        ("{{name}}", "Hello,"),
        ("=cmd()", "Hello,"),
        ("Аnna Weiss", "Hello,"),
        ("Annа Weiss", "Hello,"),
        ("𝐀𝐧𝐧𝐚 Weiss", "Hello,"),
        ("A\u0337\u0321n\u0334n\u0335a Weiss", "Hello,"),
        ("\u202eannA Weiss", "Hello,"),
        ("Anna\u200b Weiss", "Hello,"),
        ("Anna\u2028Weiss", "Hello,"),
        ("Anna 🎉", "Hello,"),
        ("Anna " + "Weiss" * 30, "Hello,"),
    ],
)
def test_the_first_word_of_a_name_is_used_if_the_whole_can_be_one(name: str, expected: str) -> None:
    assert salutation(User("u-1", name=name)) == expected


def test_without_any_name_it_is_a_plain_hello() -> None:
    assert salutation(User("u-1")) == "Hello,"


def test_a_blank_given_name_leaves_the_word_to_the_name() -> None:
    assert salutation(User("u-1", given_name="  ", name="Amara Okafor")) == "Hello Amara,"


def test_a_hostile_given_name_is_not_replaced_by_the_name() -> None:
    assert salutation(User("u-1", given_name="evil.example", name="Amara Okafor")) == "Hello,"


@given(st.text(max_size=120), st.text(max_size=120))
def test_whatever_was_typed_at_most_one_word_of_letters_comes_out(given_name: str, name: str) -> None:
    said = salutation(User("u-1", given_name=given_name, name=name))
    word = said.removeprefix("Hello").removesuffix(",").strip()
    assert said in {f"Hello {word},", "Hello,"}
    assert word == "" or sum(map(str.isalpha, word)) >= 1
    assert not set(word) & set(" .,/@:<>{}0123456789\r\n\t\x00")
