"""Which of a client's categories may be named, which may only choose the copy, and which must never matter."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APOSTROPHE: Final = re.compile(r"['’ʼ`]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_LONGEST = 60


class Naming(StrEnum):
    """NORMAL may be named; QUIET may choose the copy and is never named; NEVER must not even do that."""

    NORMAL = "normal"
    QUIET = "quiet"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Category:
    """`name` is our own spelling, None unless it may be named: what a client typed never reaches a text."""

    naming: Naming
    name: str | None = None
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    names: dict[str, str]
    themes: dict[str, str]
    quiet: frozenset[str]
    qualifiers: frozenset[str]
    everyday: frozenset[str]
    never_words: frozenset[str]
    never_stems: tuple[str, ...]
    never_anywhere: tuple[str, ...]


_NEVER: Final = Category(Naming.NEVER)


def category_of(raw: str, quiet: frozenset[str] = frozenset()) -> Category:
    """What a category as others wrote it may be used for; `quiet` are those the shop wants unnamed."""
    words = _words(raw)
    if _is_never(words):
        return _NEVER
    known, key = _known(), _key(words)
    theme = known.themes.get(key) or _theme_within(words)
    if key not in known.names or key in known.quiet or key in {_key(_words(entry)) for entry in quiet}:
        return Category(Naming.QUIET, theme=theme)
    return Category(Naming.NORMAL, known.names[key], theme)


def theme_of(name: str) -> str | None:
    return category_of(name).theme


def themes() -> frozenset[str]:
    return frozenset(_known().themes.values())


@cache
def named_in_text() -> re.Pattern[str]:
    """Finds category names in a text of lower case, save those that are everyday words as well ("home", "tops")."""
    known = _known()
    names = {name.lower() for key, name in known.names.items() if key not in known.everyday}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


def _words(raw: str) -> tuple[str, ...]:
    shown = "".join(char for char in raw[:200] if unicodedata.category(char) != "Cf")
    split = _CAMEL.sub(" ", unicodedata.normalize("NFKC", shown))
    bare = "".join(char for char in unicodedata.normalize("NFKD", split) if not unicodedata.combining(char))
    return tuple(_NO_WORD.sub(" ", _APOSTROPHE.sub("", bare.casefold())).split())


def _key(words: tuple[str, ...]) -> str:
    return " ".join(word for word in map(_singular, words) if word not in _known().qualifiers)


def _singular(word: str) -> str:
    """One form for one and many; it only has to be the same on both sides of a comparison."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _is_never(words: tuple[str, ...]) -> bool:
    known, squeezed = _known(), "".join(words)
    return (
        any(word in known.never_words or _singular(word) in known.never_words for word in words)
        or any(word.startswith(known.never_stems) for word in words)
        or any(part in squeezed for part in known.never_anywhere)
    )


def _theme_within(words: tuple[str, ...]) -> str | None:
    """The theme of an unknown category by a word we know ("summer dresses"); none for long or foreign texts."""
    if not all(word.isascii() for word in words) or sum(map(len, words)) > _LONGEST:
        return None
    themes = _known().themes
    return next((themes[key] for word in reversed(words) if (key := _singular(word)) in themes), None)


@cache
def _known() -> _Known:
    table = tomllib.loads(files("winback.compose").joinpath("copy/categories.toml").read_text("utf-8"))
    named, unnamed, never = table["normal"], table["quiet"], table["never"]
    return _Known(
        names={_plain_key(name): name for names in named.values() for name in names},
        themes=_themes(named) | _themes(unnamed),
        quiet=frozenset(_themes(unnamed)),
        qualifiers=frozenset(table["qualifiers"]),
        everyday=frozenset(map(_plain_key, table["everyday"])),
        never_words=frozenset(never["words"]),
        never_stems=tuple(never["stems"]),
        never_anywhere=tuple(never["anywhere"]),
    )


def _themes(table: dict[str, Any]) -> dict[str, str]:
    return {_plain_key(name): theme for theme, names in table.items() for name in names}


def _plain_key(name: str) -> str:
    return " ".join(map(_singular, (word for word in _words(name) if word != "and")))
