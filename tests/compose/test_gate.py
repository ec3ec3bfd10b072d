from dataclasses import replace

import pytest

from drafts import HOUSE, a_brief, a_draft, a_draft_saying
from winback.compose.gate import faults
from winback.domain.brief import Brief
from winback.domain.draft import Draft


def codes(draft: Draft, brief: Brief | None = None) -> set[str]:
    return {fault.code for fault in faults(draft, brief or a_brief())}


def test_a_good_draft_has_no_fault() -> None:
    assert faults(a_draft(), a_brief()) == []


WORDS = "so that there are enough words in this paragraph to be one "


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (a_draft(subject=""), "form.empty"),
        (a_draft(subject="x" * 79), "form.length"),
        (a_draft(preheader=" "), "form.empty"),
        (a_draft(preheader="x" * 141), "form.length"),
        (a_draft(action=""), "form.empty"),
        (a_draft(action="x" * 41), "form.length"),
        (a_draft(closing="x" * 61), "form.length"),
        (a_draft(paragraphs=()), "form.paragraphs"),
        (a_draft(paragraphs=(WORDS * 4,)), "form.paragraphs"),
        (a_draft(paragraphs=tuple(f"{WORDS} {place}" for place in ("a", "b", "c", "d", "e"))), "form.paragraphs"),
        (a_draft(paragraphs=(WORDS * 4, "")), "form.empty"),
        (a_draft(paragraphs=(WORDS * 20, "And more.")), "form.length"),
        (a_draft(paragraphs=("Too few.", "Words here.")), "form.words"),
        (a_draft(paragraphs=(WORDS * 3, WORDS * 3)), "form.repetition"),
        (a_draft_saying("Buy buy buy, so it goes."), "form.repetition"),
        (a_draft(subject="A hello!!"), "form.shouting"),
        (a_draft(subject="A hello!", preheader="And more!"), "form.shouting"),
        (a_draft(subject="A hello\r\nBcc: victim"), "form.printable"),
        (a_draft(subject="A \x00 hello"), "form.printable"),
        (a_draft(subject="A \u202e hello"), "form.printable"),
        (a_draft(subject="A \u200b hello"), "form.printable"),
        (a_draft_saying("Two lines\nin one."), "form.printable"),
        (a_draft_saying("A broken \ud800 letter."), "form.printable"),
        (a_draft_saying("See the drеsses with a strange letter."), "form.script"),
        (a_draft_saying("A <b>bold</b> word."), "form.markup"),
        (a_draft_saying("A <script"), "form.markup"),
        (a_draft_saying("Fish &amp; chips."), "form.markup"),
        (a_draft(subject="=?utf-8?q?hello?="), "form.markup"),
        (a_draft_saying("A **bold** word."), "form.markup"),
        (a_draft_saying("Dear {name}, hello."), "form.placeholder"),
        (a_draft_saying("Dear [Name], hello."), "form.placeholder"),
        (a_draft_saying("Dear [[name]], hello."), "form.placeholder"),
        (a_draft_saying("Dear %s, hello."), "form.placeholder"),
        (a_draft_saying("Dear $name, hello."), "form.placeholder"),
        (a_draft_saying("Dear undefined, hello."), "form.placeholder"),
    ],
)
def test_a_draft_out_of_form_is_refused(draft: Draft, code: str) -> None:
    assert code in codes(draft)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("There are 40 new pieces.", "facts.number"),
        ("There are ４０ new pieces.", "facts.number"),
        ("There are ٤٠ new pieces.", "facts.number"),
        ("Only ½ of them are left.", "facts.number"),
        ("You have made 7 orders.", "facts.number"),
        ("Look at https://evil.example/shop now.", "facts.link"),
        ("Look at https://marlow.example/other now.", "facts.link"),
        ("Look at https://marlow.example.evil.example now.", "facts.link"),
        ("Look at https://marlow.example@evil.example now.", "facts.link"),
        ("Look at www.evil.example now.", "facts.link"),
        ("Look at evil.example now.", "facts.link"),
        ("Look at EVIL.EXAMPLE now.", "facts.link"),
        ("Look at (javascript:alert) now.", "facts.link"),
        ("Write to other@evil.example now.", "facts.link"),
        ("There is a discount for you.", "facts.promise"),
        ("There is a DISCOUNT for you.", "facts.promise"),
        ("Delivery is free.", "facts.promise"),
        ("Everything is 20 % off.", "facts.promise"),
        ("Everything is twenty percent cheaper.", "facts.promise"),
        ("We guarantee it.", "facts.promise"),
        ("This is your last chance.", "facts.promise"),
        ("Our sale begins.", "facts.promise"),
        ("Here is a voucher.", "facts.promise"),
        ("A special offer awaits.", "facts.promise"),
        ("Hurry, they are going fast.", "facts.promise"),
        ("It ends tonight.", "facts.promise"),
        ("It is yours for ten euros.", "facts.money"),
        ("It is yours for €.", "facts.money"),
        ("You also like jewellery.", "facts.category"),
        ("You also like Board Games.", "facts.category"),
        ("It has been about four months.", "facts.time"),
        ("It has been three weeks.", "facts.time"),
        ("It has been more than three months.", "facts.time"),
        ("It has been a few months.", "facts.time"),
        ("It has been 91 days.", "facts.time"),
        ("It has been a couple of years.", "facts.time"),
        ("It has been half a year.", "facts.time"),
        ("You were with us last year.", "facts.time"),
        ("It has been two years since then.", "facts.time"),
        ("You were here last summer.", "facts.time"),
        ("You have ordered from us once.", "facts.orders"),
        ("You have come back many times.", "facts.orders"),
        ("You are one of our regulars.", "facts.orders"),
        ("We wrote to you before.", "facts.episode"),
    ],
)
def test_what_no_fact_says_is_refused(sentence: str, code: str) -> None:
    assert code in codes(a_draft_saying(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "It has been 90 days since then.",
        "That makes three months and no more.",
        "You have made 3 orders so far.",
        "You will find us at https://marlow.example/shop.",
        "You will find us at marlow.example, as ever.",
        "Write to hello@marlow.example, if you like.",
        "We sit at 12 Mill Lane\u0020as ever.",
        "Feel free to look around.",
        "One day you may like it; a day is long.",
        "You chose dresses and tops with care.",
        "Simply reply to this e-mail.",
        "It is quite a while ago.",
        "Ruth and the team at Marlow & Finch say hello!",
        "Crème brûlée and a café au lait.",
    ],
)
def test_what_the_facts_say_passes(sentence: str) -> None:
    house = replace(HOUSE, postal_address="12 Mill Lane")
    assert faults(a_draft_saying(sentence), a_brief(house=house)) == []


def test_a_house_fact_may_be_quoted_and_excuses_nothing_else() -> None:
    brief = a_brief(house=replace(HOUSE, name="Free Sale 24 .com"))
    assert faults(a_draft_saying("A hello from Free Sale 24 .com to you."), brief) == []
    assert "facts.promise" in codes(a_draft_saying("Delivery is free at Free Sale 24 .com."), brief)


def test_a_short_house_fact_does_not_hide_a_number_it_is_part_of() -> None:
    brief = a_brief(house=replace(HOUSE, name="4"))
    assert "facts.number" in codes(a_draft_saying("There are 40 new pieces."), brief)


SPAN = a_draft()
"""Says "about three months"."""


@pytest.mark.parametrize(
    ("days", "holds"), [(75, False), (90, True), (105, False), (365, False), (None, False), (5, False)]
)
def test_a_text_holds_as_long_as_the_rounded_span_is_the_same(days: int | None, holds: bool) -> None:
    assert ("facts.time" not in codes(SPAN, a_brief(silent_days=days))) is holds


def test_a_text_no_longer_holds_once_the_shop_wants_the_category_quiet() -> None:
    assert codes(a_draft(), a_brief(categories=("tops",))) == {"facts.category"}


def test_a_text_no_longer_holds_once_the_shop_has_no_page_or_no_address_for_answers() -> None:
    bare = a_brief(house=replace(HOUSE, url=None, reply_to=None))
    assert codes(a_draft_saying("The link below leads to us. Reply to this e-mail."), bare) == {
        "facts.link",
        "facts.reply",
    }


def test_without_any_order_no_order_is_spoken_of() -> None:
    never = a_brief(silent_days=None, orders=None)
    assert "facts.orders" in codes(a_draft_saying("Your last order was a good one."), never)


def test_a_fault_says_what_is_wrong_for_a_person_to_read() -> None:
    (fault,) = faults(a_draft_saying("There are 40 new pieces."), a_brief())
    assert str(fault) == "facts.number: the paragraph 3 says “40”, which no fact says"
