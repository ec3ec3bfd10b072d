"""Scripts of letters, as far as mixing them matters: a Cyrillic "а" in a Latin word is a disguise."""

import unicodedata
from functools import lru_cache
from typing import Final

_SCRIPTS: Final = frozenset(
    (
        *("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "ETHIOPIC"),
        *("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA"),
        *("THAI", "LAO", "KHMER", "MYANMAR", "HANGUL", "HIRAGANA", "KATAKANA", "CJK"),
    )
)


@lru_cache(maxsize=4096)
def script_of(char: str) -> str | None:
    """The script a letter or its mark belongs to; None for all else, also for letter-like symbols (𝐀, Ⓐ, ª)."""
    if unicodedata.category(char)[0] not in "LM":
        return None
    script = unicodedata.name(char, "").partition(" ")[0].partition("-")[0]
    return script if script in _SCRIPTS else None
