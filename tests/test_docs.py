import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from winback.domain.brief import Brief
from winback.domain.change import Change
from winback.domain.draft import Draft
from winback.domain.event import Event
from winback.domain.policy import Policy
from winback.domain.policy_change import RULES
from winback.domain.reason import Reason
from winback.domain.score import Score
from winback.domain.switch import Sender
from winback.domain.wire import camel
from winback.ports import Message, Outside, Record, Topic, World
from winback.settings import READERS, Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINKING = [*PAGES, *sorted(ROOT.glob("*.md"))]
NOUNS = [
    *get_args(Record),
    *get_args(Outside),
    Brief,
    Change,
    Draft,
    Event,
    Message,
    Reason,
    Score,
    Sender,
    Topic,
    World,
]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head; code marks taken off."""
    text = (DOCS / page).read_text(encoding="utf-8").partition(f"# {heading}\n")[2]
    rows = [line for line in text.partition("\n#")[0].splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def as_printed(default: object) -> str:
    match default:
        case () | None:
            return "none"
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
        case _:
            return str(default)


def test_every_setting_has_a_row_and_every_row_is_a_setting() -> None:
    assert [row[0] for row in table("settings.md", "The environment")] == list(READERS)


def test_the_default_of_every_setting_is_the_one_in_its_row() -> None:
    shown = {row[0]: row[1].removesuffix("; secret") for row in table("settings.md", "The environment")}
    said_otherwise = {
        "WINBACK_DATA_DIR": f"./{Settings().data_dir}",
        "WINBACK_CLOCK_AHEAD": "none",
        "WINBACK_FROM": Settings().sender().from_address,
        "WINBACK_SHOP_NAME": Settings().house().name,
    }
    defaults = {field.name: as_printed(field.default) for field in fields(Settings)}
    assert shown == {name: said_otherwise.get(name, defaults[attribute]) for name, (attribute, _) in READERS.items()}


def test_every_field_of_the_policy_has_a_row_with_its_default_and_range() -> None:
    rows = [row[:3] for row in table("settings.md", "The policy")]
    assert rows == [[camel(name), as_printed(getattr(Policy(), name)), rule.allowed] for name, rule in RULES.items()]


def test_every_row_of_the_settings_says_what_it_is_for() -> None:
    rows = [*table("settings.md", "The environment"), *table("settings.md", "The policy")]
    assert [row[0] for row in rows if len(row) != 4 or not row[3].endswith(".")] == []


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_every_noun_of_the_code_has_its_line_in_the_glossary(noun: type) -> None:
    assert noun.__name__.lower() in {row[0] for row in table("glossary.md", "Glossary")}


def test_the_glossary_is_sorted_and_says_each_word_once() -> None:
    words = [row[0] for row in table("glossary.md", "Glossary")]
    assert words == sorted(set(words))


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    targets = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / link).resolve() for link in _LINK.findall(index.read_text(encoding="utf-8"))}
    assert [str(page.relative_to(DOCS)) for page in PAGES if page != index and page not in linked] == []


def test_decisions_are_numbered_without_gaps_and_fit_on_a_page() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [page.name[:5] for page in pages] == [f"{number:04d}-" for number in range(1, len(pages) + 1)]
    for page in pages:
        lines = page.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {page.name[:4]} ")
        assert len(lines) < 60
        assert all(f"**{part}.**" in "\n".join(lines) for part in ("Context", "Decision", "Consequences"))
