from dataclasses import replace
from itertools import product
from string import Formatter

import pytest

from drafts import HOUSE, a_brief
from winback.compose.categories import themes
from winback.compose.gate import faults
from winback.compose.house_copy import HOUSE_COPY, HouseCopy
from winback.compose.pieces import KINDS, facts_of, layout, pieces
from winback.domain.brief import Brief, House
from winback.domain.draft import Draft
from winback.domain.wire import to_wire

DAYS = (None, 5, 14, 49, 60, 75, 180, 360, 365, 730)
ORDERS = (None, 1, 3, 10)
NAMED = {
    "beauty": ("skincare",),
    "books": ("books", "vinyl records"),
    "craft": ("yarn", "sewing patterns"),
    "fashion": ("dresses", "jewellery"),
    "food": ("coffee", "olive oil"),
    "garden": ("house plants",),
    "home": ("lamps", "bathroom accessories"),
    "pets": ("dog supplies", "aquariums"),
    "play": ("board games", "jigsaw puzzles"),
    "sport": ("outdoor equipment", "running shoes"),
    "tech": ("household appliances", "phone accessories"),
    "travel": ("luggage", "travel accessories"),
}
HOUSES = (HOUSE, replace(HOUSE, reply_to=None), replace(HOUSE, url=None), House())


def draft_of(brief: Brief) -> Draft:
    return HouseCopy().compose(brief).draft


@pytest.mark.parametrize("theme", [None, *sorted(themes())])
def test_every_combination_of_facts_gives_an_email_without_fault(theme: str | None) -> None:
    briefs = [
        Brief(f"e-{number}", mail, days, orders, names, theme, house=house)
        for number, (mail, days, orders, names, house) in enumerate(
            product((1, 2), DAYS, ORDERS, {(), NAMED.get(theme or "", ())}, HOUSES)
        )
    ]
    assert {str(fault): brief for brief in briefs for fault in faults(draft_of(brief), brief)} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_piece_is_chosen_by_some_brief(kind: str) -> None:
    unused = {piece.text for piece in pieces(kind)}
    for theme, mail, days, orders, house in product((None, *NAMED), (1, 2), DAYS, ORDERS, HOUSES):
        facts = facts_of(Brief("e-1", mail, days, orders, NAMED.get(theme or "", ()), theme, house=house))
        unused -= {piece.text for piece in pieces(kind) if piece.fits(facts)}
    assert unused == set()


def test_there_are_at_least_24_pieces_and_each_kind_leaves_a_choice() -> None:
    assert sum(len(pieces(kind)) for kind in KINDS) >= 24
    assert all(len(pieces(kind)) >= 4 for kind in KINDS)


def test_the_layout_and_the_blanks_name_only_what_there_is() -> None:
    assert {kind for mail in (1, 2) for kinds in layout(mail) for kind in kinds} <= set(KINDS)
    texts = [text for kind in KINDS for piece in pieces(kind) for text in (piece.text, piece.preheader)]
    blanks = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}
    assert blanks == {"house", "span", "categories"}


def test_the_same_brief_gives_the_same_email_and_another_seed_another() -> None:
    drafts = {draft_of(a_brief(seed=f"e-{number}")) for number in range(40)}
    assert len(drafts) > 20
    assert draft_of(a_brief()) == draft_of(a_brief())


def test_an_email_differs_by_theme_time_orders_and_its_place_in_the_episode() -> None:
    base = a_brief()
    others = [
        replace(base, theme="home", categories=("lamps",)),
        replace(base, silent_days=300),
        replace(base, orders=1),
        replace(base, mail_in_episode=2),
    ]
    assert all(draft_of(other).paragraphs != draft_of(base).paragraphs for other in others)


def test_a_quiet_theme_chooses_the_copy_and_names_nothing() -> None:
    brief = a_brief(categories=())
    said = " ".join(draft_of(brief).paragraphs)
    assert "dresses" not in said
    assert said != " ".join(draft_of(replace(brief, theme=None)).paragraphs)


def test_a_theme_nobody_wrote_for_gets_the_general_copy() -> None:
    brief = a_brief(categories=(), theme="plumbing")
    assert draft_of(brief) == draft_of(replace(brief, theme=None))


def test_two_categories_of_one_theme_are_named_at_most() -> None:
    said = " ".join(draft_of(a_brief(categories=("books", "dresses", "coffee", "tops", "jackets"))).paragraphs)
    assert "dresses and tops" in said
    assert "books" not in said


def test_a_long_name_of_the_shop_leaves_the_subject_short_enough() -> None:
    house = replace(HOUSE, name="The Long Established Emporium of Fine and Very Particular Things by the River")
    briefs = [a_brief(seed=f"e-{number}", house=house, mail_in_episode=mail) for number in range(30) for mail in (1, 2)]
    assert [fault for brief in briefs for fault in faults(draft_of(brief), brief)] == []


@pytest.mark.parametrize("name", ["Wow!", "Loyal Paws", "Once More", "Seven Days", "Free Sale 24", "Jewellery & Co."])
def test_a_shop_may_be_called_what_it_is_called(name: str) -> None:
    house = replace(HOUSE, name=name)
    briefs = [a_brief(seed=f"e-{number}", house=house, silent_days=days) for number in range(15) for days in (None, 90)]
    assert [fault for brief in briefs for fault in faults(draft_of(brief), brief)] == []


def test_a_shops_name_with_braces_is_only_text() -> None:
    house = replace(HOUSE, name="Nuts {span} Bolts")
    drafts = [to_wire(draft_of(a_brief(seed=f"e-{number}", house=house))) for number in range(20)]
    assert "Nuts {span} Bolts" in str(drafts)


def test_house_copy_costs_nothing_and_says_who_wrote() -> None:
    composed = HouseCopy().compose(a_brief())
    assert (composed.composer, composed.cost_usd, HouseCopy().remote) == (HOUSE_COPY, 0.0, False)
