from dataclasses import dataclass, replace

import pytest

from drafts import AMARA, HOUSE, a_brief, a_draft, a_draft_saying
from winback.compose.compose import written
from winback.compose.gate import faults
from winback.compose.house_copy import HOUSE_COPY, HouseCopy
from winback.domain.brief import Brief
from winback.domain.draft import Draft
from winback.domain.errors import Rejected, Retryable
from winback.ports import Composed


@dataclass
class Model:
    """A composer that proposes one draft, whatever the brief."""

    draft: Draft
    remote = True

    def compose(self, brief: Brief) -> Composed:
        return Composed(self.draft, "a/model", 0.004)


class Down:
    remote = True

    def compose(self, brief: Brief) -> Composed:
        raise Retryable("down")


def test_a_good_draft_of_a_model_is_taken_as_it_is() -> None:
    text = written(Model(a_draft()), a_brief(), AMARA, HOUSE)
    assert (text.draft, text.composer, text.cost_usd, text.verdicts) == (a_draft(), "a/model", 0.004, ())
    assert text.subject == a_draft().subject
    assert text.text.startswith("Hello Amara,\n")
    assert "Hello Amara," in text.html


def test_a_draft_the_gate_refuses_becomes_house_copy_and_its_cost_and_faults_are_kept() -> None:
    text = written(Model(a_draft_saying("All 40 pieces are free.")), a_brief(), AMARA, HOUSE)
    assert (text.composer, text.cost_usd) == (HOUSE_COPY, 0.004)
    assert text.draft == HouseCopy().compose(a_brief()).draft
    assert [verdict.partition(":")[0] for verdict in text.verdicts] == ["facts.number", "facts.promise"]
    assert "40" not in text.text


def test_house_copy_that_the_gate_refuses_is_rejected_with_the_codes() -> None:
    brief = a_brief(house=replace(HOUSE, name="The {name} <b>Shop</b>"), silent_days=None)
    with pytest.raises(Rejected, match=r"the gate says form\.markup, form\.placeholder; mend the house facts"):
        written(HouseCopy(), brief, AMARA, brief.house)


def test_a_composer_that_is_down_is_asked_again_later() -> None:
    with pytest.raises(Retryable):
        written(Down(), a_brief(), AMARA, HOUSE)


def test_a_text_of_some_days_ago_holds_until_its_span_is_no_longer_so() -> None:
    text = written(HouseCopy(), a_brief(), AMARA, HOUSE)
    assert faults(text.draft, a_brief()) == []
    assert {fault.code for fault in faults(text.draft, a_brief(silent_days=105))} == {"facts.time"}


def test_the_texts_stay_out_of_logs() -> None:
    assert "Amara" not in repr(written(HouseCopy(), a_brief(), AMARA, HOUSE))
