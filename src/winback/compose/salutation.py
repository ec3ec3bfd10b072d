"""The salutation: the template's, never a model's, since a name is what a stranger typed into a form."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from winback.compose.script import script_of
from winback.domain.user import User

_FEWEST_LETTERS, _MOST_LETTERS = 2, 30
_MOST_NAME, _MOST_WORDS, _MOST_JOINS = 100, 6, 2
_JOIN: Final = re.compile(r"[-‐'’]")
_CASES: Final = frozenset({"Lu", "Ll", "Lt", "Lo", "Mn", "Mc"})


def salutation(user: User) -> str:
    """`Hello Amara,` if there is a name that can be one, else `Hello,`. Source: docs/house-copy.md."""
    name = _name(user)
    return f"Hello {name}," if name else "Hello,"


def _name(user: User) -> str | None:
    given = _composed(user.given_name)
    if given:
        return _first_name((given,)) if _only_letters(given) else None
    words = _composed(user.name).split(" ")
    if len(words) > _MOST_WORDS or not all(map(_only_letters, words)):
        return None
    return None if _not_names("company").intersection(map(str.lower, words)) else _first_name(words)


def _composed(text: str | None) -> str:
    """In composed form with single spaces; too long a text is no name."""
    whole = re.sub(r"[ \u00a0]+", " ", unicodedata.normalize("NFC", text or "")).strip(" ")
    return whole if len(whole) <= _MOST_NAME else "/"


def _only_letters(word: str) -> bool:
    """Letters with hyphens and apostrophes inside; so no digit, dot, slash, comma, at-sign or control character."""
    parts = _JOIN.split(word)
    return len(parts) <= _MOST_JOINS + 1 and all(part and all(map(_is_letter, part)) for part in parts)


def _is_letter(char: str) -> bool:
    # The prolonged sound mark of Katakana is a modifier by category and a letter to those who bear it.
    return char == "ー" or (script_of(char) is not None and unicodedata.category(char) in _CASES)


def _first_name(words: Sequence[str]) -> str | None:
    first = words[0]
    letters = _JOIN.sub("", first)
    if not _FEWEST_LETTERS <= len(letters) <= _MOST_LETTERS or len(set(map(script_of, letters))) != 1:
        return None
    if first.lower() in _not_names("first") | _not_names("company"):
        return None
    return first.title() if first.isascii() and (first.isupper() or first.islower()) else first


@cache
def _not_names(where: str) -> frozenset[str]:
    table = tomllib.loads(files("winback.compose").joinpath("copy/not-names.toml").read_text("utf-8"))
    return frozenset(table[where])
