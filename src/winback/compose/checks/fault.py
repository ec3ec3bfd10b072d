"""GateFault: one thing wrong with a draft; and the texts a check looks at."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from winback.domain.draft import Draft


@dataclass(frozen=True, slots=True)
class GateFault:
    """`code` is stable (`facts.number`); `sentence` tells a person, or a model that shall mend it, what is wrong."""

    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


def texts_of(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Every text of the draft with the name of its place."""
    paragraphs = ((f"paragraph {number}", text) for number, text in enumerate(draft.paragraphs, 1))
    return (
        ("subject", draft.subject),
        ("preheader", draft.preheader),
        *paragraphs,
        ("action", draft.action),
        ("closing", draft.closing),
    )


@lru_cache(maxsize=8)
def folded_texts_of(draft: Draft) -> tuple[tuple[str, str], ...]:
    """The same in lower case with full-width and other compatibility forms as plain characters, for word lists."""
    return tuple((place, folded(text)) for place, text in texts_of(draft))


def folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()
