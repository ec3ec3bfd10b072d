import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.compose.categories import Category, Naming, category_of, theme_of, themes
from winback.compose.pieces import pieces


def known_names(naming: str = "normal") -> dict[str, list[str]]:
    text = files("winback.compose").joinpath("copy/categories.toml").read_text("utf-8")
    names: dict[str, list[str]] = tomllib.loads(text)[naming]
    return names


@pytest.mark.parametrize(
    ("raw", "name", "theme"),
    [
        ("dresses", "dresses", "fashion"),
        ("Dress", "dresses", "fashion"),
        ("DRESSES", "dresses", "fashion"),
        ("women's dresses", "dresses", "fashion"),
        ("Women’s Dresses", "dresses", "fashion"),
        ("t_shirts", "T-shirts", "fashion"),
        ("tShirt", "T-shirts", "fashion"),
        ("T Shirts", "T-shirts", "fashion"),
        ("Home & Garden", None, "garden"),
        ("home décor", "home decor", "home"),
        ("Jewellery", "jewellery", "fashion"),
        ("accessory", "accessories", "fashion"),
        ("house-plants", "house plants", "garden"),
        ("ｃｏｆｆｅｅ", "coffee", "food"),
        ("  Books  ", "books", "books"),
        ("dre\u200bsses", "dresses", "fashion"),
    ],
)
def test_known_categories_are_named_in_our_own_spelling(raw: str, name: str | None, theme: str) -> None:
    category = category_of(raw)
    assert (category.name, category.theme) == (name, theme)


@pytest.mark.parametrize(
    "raw",
    [
        "lingerie", "Lingerie & Nightwear", "under-wear", "Under Wear", "bras", "Bra", "nightgowns", "adult toys",
        "sexy dresses", "maternity", "Maternity Dresses", "maternity_wear", "MATERNITY-TOPS", "materni\u200bty",
        "m a t e r n i t y", "pregnancy", "Umstandsmode", "baby", "Babies", "baby clothes", "babywear",
        "newborn gifts", "toddler shoes", "nursing tops", "nappies", "medical", "medicines", "diabetic socks",
        "orthopaedic shoes", "vitamins", "Diet Food", "slimming tea", "health", "wigs", "incontinence",
        "hearing aids", "religious books", "Bibles", "islamic clothing", "hijabs", "kosher food", "christian music",
        "plus size", "Plus-Size Dresses", "plusSize", "PLUS_SIZE", "size 20", "oversized shirts", "petite",
        "Big & Tall", "XXL shirts", "curvy jeans", "wide-fit shoes", "funeral flowers", "cbd oil",
    ],
)  # fmt: skip
def test_sensitive_categories_are_never_named_and_never_a_theme(raw: str) -> None:
    category = category_of(raw)
    assert (category.naming, category.name, category.theme) == (Naming.NEVER, None, None)


@pytest.mark.parametrize(
    ("raw", "theme"),
    [
        ("summer dresses", "fashion"),
        ("wine", "food"),
        ("swimwear", "fashion"),
        ("widgets", None),
        ("", None),
        ("платья", None),
        ("dresses платья", None),
        ("Buy now at https://evil.example dresses", "fashion"),
        ("dresses " * 100, None),
    ],
)
def test_unknown_categories_are_quiet(raw: str, theme: str | None) -> None:
    category = category_of(raw)
    assert (category.naming, category.name, category.theme) == (Naming.QUIET, None, theme)


def test_a_category_the_shop_wants_quiet_still_chooses_the_copy() -> None:
    category = category_of("Dresses", frozenset({"dress"}))
    assert (category.naming, category.name, category.theme) == (Naming.QUIET, None, "fashion")


@given(st.text(max_size=200))
def test_whatever_was_typed_only_our_own_words_come_out(raw: str) -> None:
    name = category_of(raw).name
    assert name is None or theme_of(name) is not None


def test_every_name_in_the_file_is_found_again_as_itself() -> None:
    for theme, names in known_names().items():
        for name in names:
            assert category_of(name.upper()) == Category(Naming.NORMAL, name, theme)


def test_every_unnamed_one_in_the_file_chooses_its_theme() -> None:
    for theme, names in known_names("quiet").items():
        assert {category_of(name) for name in names} == {Category(Naming.QUIET, None, theme)}


def test_every_theme_has_its_own_thoughts_for_both_emails() -> None:
    for theme in themes():
        for mail, fewest in ((1, 2), (2, 1)):
            own = [piece for piece in pieces("thought") if theme in piece.when["theme"] and mail in piece.when["mail"]]
            assert len(own) >= fewest, (theme, mail)
