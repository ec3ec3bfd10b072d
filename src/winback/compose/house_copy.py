"""House copy: e-mails of hand-written pieces, chosen by the brief. No model; the same brief gives the same e-mail."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from winback.compose.categories import theme_of, themes
from winback.compose.checks.form import ACTION_MOST, PREHEADER_MOST, SUBJECT_MOST
from winback.compose.pieces import Facts, Piece, facts_of, layout, pieces
from winback.compose.span import in_words, span_of
from winback.domain.brief import Brief
from winback.domain.draft import Draft
from winback.ports import Composed

HOUSE_COPY: Final = "house-copy"
_MOST_NAMED = 2
_MOST: Final = {"subject": SUBJECT_MOST, "action": ACTION_MOST}

_NOTHING: Final = Piece("", "", "", {})


class HouseCopy:
    """A Composer that always works: for every brief there is an e-mail."""

    remote = False

    def compose(self, brief: Brief) -> Composed:
        known = brief if brief.theme in themes() else replace(brief, theme=None)
        return Composed(_draft(known, facts_of(known), _blanks(known)), HOUSE_COPY)


def _draft(brief: Brief, facts: Facts, blanks: dict[str, str]) -> Draft:
    def text(kind: str) -> str:
        return _filled(_chosen(kind, facts, blanks, brief.seed).text, blanks)

    subject = _chosen("subject", facts, blanks, brief.seed)
    paragraphs = (" ".join(filter(None, map(text, kinds))) for kinds in layout(facts.mail))
    return Draft(
        subject=_filled(subject.text, blanks),
        preheader=_filled(subject.preheader, blanks),
        paragraphs=tuple(filter(None, paragraphs)),
        action=text("action"),
        closing=text("closing"),
    )


def _chosen(kind: str, facts: Facts, blanks: dict[str, str], seed: str) -> Piece:
    """One of the pieces that fit, by a stable hash of the seed, each kind by itself; an empty one where none fits."""
    fitting = [piece for piece in pieces(kind) if piece.fits(facts) and _is_short_enough(piece, blanks)]
    if not fitting:
        return _NOTHING
    digest = hashlib.sha256(f"{seed}|{kind}".encode()).digest()
    return fitting[int.from_bytes(digest[:8], "big") % len(fitting)]


def _is_short_enough(piece: Piece, blanks: dict[str, str]) -> bool:
    longest = _MOST.get(piece.kind)
    return longest is None or (
        len(_filled(piece.text, blanks)) <= longest and len(_filled(piece.preheader, blanks)) <= PREHEADER_MOST
    )


def _filled(text: str, blanks: dict[str, str]) -> str:
    return text.format_map(blanks)


def _blanks(brief: Brief) -> dict[str, str]:
    span = span_of(brief.silent_days)
    return {
        "house": brief.house.name,
        "span": in_words(span) if span else "",
        "categories": _listed(_most_fitting(brief)),
    }


def _most_fitting(brief: Brief) -> Sequence[str]:
    """Two categories at most, of one theme, so that they make a sentence together."""
    of_theme = [name for name in brief.categories if theme_of(name) == brief.theme]
    return (of_theme or brief.categories)[:_MOST_NAMED]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)
