from datetime import timedelta

from builders import NOW, USER_ID, a_contact, a_decision, an_order, days_ago
from winback.adapters.memory import MemoryStore
from winback.domain.decision import Verdict
from winback.domain.order import Order
from winback.domain.outcome import Outcome, OutcomeType, outcome_id
from winback.ports import Add
from winback.steps.ordered import ordered_writes


def outcomes(store: MemoryStore, orders: list[Order], last_mailing: float = 40) -> list[Outcome]:
    contact = a_contact(last_mailing_at=days_ago(last_mailing))
    last = max(order.ordered_at for order in orders)
    records = [write.record for write in ordered_writes(store, contact, last, orders)]
    assert all(isinstance(record, Outcome) for record in records)
    return [record for record in records if isinstance(record, Outcome)]


def decided(store: MemoryStore, days: float, verdict: Verdict = Verdict.MAIL) -> str:
    name = f"e-{days}"
    store.commit(Add(a_decision(decision_id=name, verdict=verdict, at=days_ago(days), number=int(days))))
    return name


def test_an_order_within_thirty_days_is_the_outcome_of_the_decision_with_its_money() -> None:
    store = MemoryStore()
    name = decided(store, 40)
    (outcome,) = outcomes(store, [an_order(ordered_at=days_ago(30), value=80.0)])
    assert outcome == Outcome(
        outcome_id(name, OutcomeType.ORDERED), name, USER_ID, OutcomeType.ORDERED, days_ago(30), 80.0
    )


def test_an_older_order_that_comes_after_a_newer_one_is_found_all_the_same() -> None:
    store = MemoryStore()
    decided(store, 50)
    both = [an_order(order_id="o-1", ordered_at=days_ago(40)), an_order(order_id="o-2", ordered_at=days_ago(1))]
    (outcome,) = outcomes(store, both, last_mailing=50)
    assert outcome.at == days_ago(40)


def test_both_arms_have_their_outcomes_and_a_hold_has_none() -> None:
    store = MemoryStore()
    decided(store, 40, Verdict.HELD_OUT)
    decided(store, 41, Verdict.HOLD)
    assert [outcome.decision_id for outcome in outcomes(store, [an_order(ordered_at=days_ago(30))])] == ["e-40"]


def test_an_order_before_the_decision_or_after_its_window_is_no_outcome() -> None:
    store = MemoryStore()
    decided(store, 40)
    assert outcomes(store, [an_order(ordered_at=days_ago(41))]) == []
    assert outcomes(store, [an_order(ordered_at=days_ago(40) + timedelta(days=30, seconds=1))]) == []


def test_a_moved_last_order_date_counts_from_the_day_of_the_decision_on_without_money() -> None:
    store = MemoryStore()
    decided(store, 0.25)
    contact = a_contact(last_mailing_at=days_ago(0.25))
    morning = NOW.replace(hour=1)
    (write,) = ordered_writes(store, contact, morning, [])
    assert isinstance(write.record, Outcome)
    assert (write.record.at, write.record.value) == (morning, None)


def test_an_outcome_that_is_stored_is_not_written_twice() -> None:
    store = MemoryStore()
    decided(store, 40)
    order = [an_order(ordered_at=days_ago(30))]
    (outcome,) = outcomes(store, order)
    store.commit(Add(outcome))
    assert outcomes(store, order) == []
