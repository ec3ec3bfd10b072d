"""Form: what any draft must look like, whatever it says."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from winback.compose.checks.fault import GateFault, folded_texts_of, texts_of
from winback.compose.checks.house_words import own_words
from winback.compose.script import script_of
from winback.domain.brief import Brief
from winback.domain.draft import Draft

SUBJECT_MOST: Final = 78
PREHEADER_MOST: Final = 140
ACTION_MOST: Final = 40
_MOST: Final = {"subject": SUBJECT_MOST, "preheader": PREHEADER_MOST, "action": ACTION_MOST, "closing": 60}
_PARAGRAPH_MOST = 900
_FEWEST_WORDS, _MOST_WORDS = 30, 350
_MAY_BE_EMPTY: Final = frozenset({"closing"})
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARK_UP: Final = re.compile(r"=\?[^?\s]*\?|<[^>]*>|<[!/A-Za-z]|&#?\w+;|\]\(|\*\*|`|^\s*#{1,6}\s|__\w")
_PLACEHOLDER: Final = re.compile(
    r"[{}]|\[[^\]]*\]|\[\[|\]\]|%[sd(]|\$[A-Za-z_(]|\b(?:X{3,}|lorem ipsum|TODO|TBD|undefined|null|NaN)\b"
)
_STUTTER: Final = re.compile(r"\b(\w+)(?:\W+\1\b){2,}", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHOUT: Final = re.compile(r"!\s*!|\?\s*\?|!\s*\?|\?\s*!")


def lengths(draft: Draft, _brief: Brief) -> Iterator[GateFault]:
    """Nothing empty that must not be, nothing too long, two to four paragraphs, enough words."""
    for place, text in texts_of(draft):
        most = _MOST.get(place, _PARAGRAPH_MOST)
        if len(text) > most:
            yield GateFault("form.length", f"the {place} has {len(text)} characters, at most {most}")
        if not text.strip() and place not in _MAY_BE_EMPTY:
            yield GateFault("form.empty", f"the {place} is empty")
    if not 2 <= len(draft.paragraphs) <= 4:
        yield GateFault("form.paragraphs", f"there are {len(draft.paragraphs)} paragraphs, two to four are wanted")
    words = sum(len(_WORD.findall(text)) for text in draft.paragraphs)
    if not _FEWEST_WORDS <= words <= _MOST_WORDS:
        yield GateFault("form.words", f"the text has {words} words, {_FEWEST_WORDS} to {_MOST_WORDS} are wanted")


def printable(draft: Draft, _brief: Brief) -> Iterator[GateFault]:
    """No control, bidirectional, invisible, private or broken characters, line breaks included."""
    for place, text in texts_of(draft):
        if text.isascii() and text.isprintable():
            continue
        unshown = sorted({f"U+{ord(char):04X}" for char in text if unicodedata.category(char) in _UNSHOWN})
        if unshown:
            yield GateFault("form.printable", f"the {place} has characters that cannot be shown: {', '.join(unshown)}")


def one_script(draft: Draft, _brief: Brief) -> Iterator[GateFault]:
    """No word of letters from two scripts: that is a disguise."""
    for place, text in texts_of(draft):
        if text.isascii():
            continue
        if any(len({script_of(char) for char in word}) > 1 for word in _WORD.findall(text)):
            yield GateFault("form.script", f"the {place} has a word whose letters come from different scripts")


def plain_text(draft: Draft, _brief: Brief) -> Iterator[GateFault]:
    """No mark-up and no placeholder that nobody filled."""
    for place, text in texts_of(draft):
        if _MARK_UP.search(text):
            yield GateFault("form.markup", f"the {place} has mark-up; it must be plain text")
        if _PLACEHOLDER.search(text):
            yield GateFault("form.placeholder", f"the {place} has a placeholder that was not filled")


def repetition(draft: Draft, _brief: Brief) -> Iterator[GateFault]:
    """No paragraph twice, no word three times in a row."""
    bare = [" ".join(_WORD.findall(text)).casefold() for text in draft.paragraphs]
    if len(set(bare)) < len(bare):
        yield GateFault("form.repetition", "a paragraph is there twice")
    for place, text in texts_of(draft):
        if _STUTTER.search(text):
            yield GateFault("form.repetition", f"the {place} repeats a word again and again")


def calm(draft: Draft, brief: Brief) -> Iterator[GateFault]:
    """One exclamation mark in the whole e-mail at most, and none in pairs."""
    texts = [own_words(text, brief.house) for _, text in folded_texts_of(draft)]
    if sum(text.count("!") for text in texts) > 1 or any(map(_SHOUT.search, texts)):
        yield GateFault("form.shouting", "there are too many exclamation marks")


CHECKS: Final = (lengths, printable, one_script, plain_text, repetition, calm)
