from pathlib import Path

from winback.domain.event import EventType
from winback.flow import page
from winback.pipeline import arrows_of, queues

PAGE = Path(__file__).parents[1] / "docs" / "flow.md"


def test_the_flow_page_is_the_one_the_pipeline_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "print it anew: python -m winback.flow > docs/flow.md"


def test_every_event_that_a_queue_takes_has_arrows() -> None:
    taken = frozenset().union(*queues().values())
    assert taken == {kind for kind in EventType if arrows_of(kind)}
