"""Arrow: brief → a written e-mail that passed the gate."""

from dataclasses import dataclass

from winback.compose.gate import GateFault, faults
from winback.compose.house_copy import HOUSE_COPY, HouseCopy
from winback.compose.render import render
from winback.compose.salutation import salutation
from winback.domain.brief import Brief, House
from winback.domain.draft import Draft
from winback.domain.errors import Rejected
from winback.domain.user import User
from winback.ports import Composed, Composer


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """An e-mail's text and what it was made of; `verdicts` are the faults of drafts the gate refused on the way."""

    subject: str
    text: str
    html: str
    draft: Draft
    composer: str
    cost_usd: float
    verdicts: tuple[str, ...]


def written(composer: Composer, brief: Brief, user: User, house: House) -> Written:
    """The composer's draft, or house copy where the gate refuses it; what the refused one cost is counted.

    Raises Rejected if house copy itself is refused: then a house fact is at fault. Passes on what `compose` raises.
    """
    composed, found = _judged(composer, brief)
    verdicts, cost_usd = tuple(map(str, found)), composed.cost_usd
    if found and composed.composer != HOUSE_COPY:
        composed, found = _judged(HouseCopy(), brief)
    if found:
        codes = ", ".join(sorted({fault.code for fault in found}))
        raise Rejected(f"house copy for {brief.seed}: the gate says {codes}; mend the house facts")
    parts = render(composed.draft, salutation(user), house)
    draft = composed.draft
    return Written(draft.subject, parts.text, parts.html, draft, composed.composer, cost_usd, verdicts)


def _judged(composer: Composer, brief: Brief) -> tuple[Composed, list[GateFault]]:
    composed = composer.compose(brief)
    return composed, faults(composed.draft, brief)
