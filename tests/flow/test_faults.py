"""One fault before and one after each call of each port, as a table: when the world is well again, all is well."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from builders import FOLDER, NOW, RELAY
from flow.driver import Flow
from flow.faulty import Died, Fault, Faults, faults_at
from flow.invariants import assert_all_well, emails_of, held_out_of
from flow.scenarios import SCENARIOS, Scenario
from flow.world import a_store, go_live
from winback.adapters.memory import FixedClock, MemoryComposer
from winback.domain.email import EmailStatus
from winback.domain.errors import Rejected, Unsure
from winback.domain.switch import Sender


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a scenario is told. `every` call fails once; where one run takes long, every third or so must do."""

    name: str
    twin: str = "memory"
    sender: Sender = RELAY
    batched: bool = True
    every: int = 1


SETTINGS: Final = (
    Setting("memory"),
    Setting("memory, one by one", batched=False, every=4),
    Setting("memory, folder", sender=FOLDER, every=4),
    Setting("sqlite", twin="sqlite", every=23),
    Setting("sqlite, one by one", twin="sqlite", batched=False, every=41),
)

TABLE: Final = [
    pytest.param(scenario, setting, id=f"{scenario.name}: {setting.name}")
    for setting in SETTINGS
    for scenario in SCENARIOS
    if setting.sender.real or not scenario.by_night
]


@contextmanager
def told(scenario: Scenario, setting: Setting, folder: Path, faults: Faults) -> Iterator[Flow]:
    clock = FixedClock(NOW)
    with a_store(setting.twin, folder, clock) as store:
        go_live(store, scenario.policy)
        flow = Flow(store, clock, setting.sender, faults, MemoryComposer(), setting.batched)
        scenario.tell(flow)
        yield flow


@pytest.mark.parametrize(("scenario", "setting"), TABLE)
def test_after_any_one_fault_all_is_well_again(scenario: Scenario, setting: Setting, tmp_path: Path) -> None:
    clean = Faults()
    with told(scenario, setting, tmp_path / "clean", clean) as flow:
        assert_all_well(flow)
        assert len(flow.post.taken) == scenario.e_mails
        assert held_out_of(flow) == scenario.held_out
        assert {email.status for email in emails_of(flow.store)} <= scenario.ends
    for at, name in list(enumerate(clean.calls))[:: setting.every]:
        for number, fault in enumerate(faults_at(at, name)):
            with told(scenario, setting, tmp_path / f"{at}-{number}", Faults(fault)) as flow:
                _assert_as_if_nothing_had_been(flow, scenario, setting, fault, name)


def _assert_as_if_nothing_had_been(flow: Flow, scenario: Scenario, setting: Setting, fault: Fault, name: str) -> None:
    try:
        assert_all_well(flow)
        assert held_out_of(flow) == scenario.held_out
        count = Counter(email.status for email in emails_of(flow.store))
        if count[EmailStatus.UNSURE]:
            assert _may_leave_doubt(fault, name, setting), "nothing was in doubt"
        if not issubclass(fault.error, Rejected):
            assert count[EmailStatus.SENT] + count[EmailStatus.UNSURE] == scenario.e_mails
        elif name == "mailer.send":
            assert count[EmailStatus.FAILED] == 1
    except AssertionError as error:
        error.add_note(f"{scenario.name}, {setting.name}: {name} (call {fault.at}) met {fault}")
        raise


def _may_leave_doubt(fault: Fault, name: str, setting: Setting) -> bool:
    """Only where it is the send that is unsure, or where the process died holding a claim; the folder can look."""
    if name == "mailer.send" and fault.error is Unsure:
        return True
    return fault.error is Died and setting.sender is not FOLDER


def test_the_table_holds_every_port(tmp_path: Path) -> None:
    """What is never called cannot fail: each kind of call of the flow stands in the table."""
    called: set[str] = set()
    for scenario in SCENARIOS:
        faults = Faults()
        with told(scenario, SETTINGS[0], tmp_path, faults):
            called |= set(faults.calls)
    assert called >= {
        *("store.get", "store.commit", "store.orders_of", "store.due", "store.judged_elsewhere", "store.lease_over"),
        *("store.begin", "store.end", "store.waiting", "store.relayed", "store.decisions_of"),
        *("topic.publish", "topic.receive", "topic.done", "composer.compose", "mailer.send", "mailer.ill_until"),
    }
