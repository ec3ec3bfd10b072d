from dataclasses import replace
from html.parser import HTMLParser

import pytest

from drafts import HOUSE, a_draft
from winback.compose.render import render
from winback.domain.brief import House

HOSTILE = "<script>alert('x')</script> \" & $name ${paragraphs} &lt;b&gt;"


class Page(HTMLParser):
    """What a mail program would see: the elements, the links, the shown text."""

    VOID = frozenset({"meta", "br", "!doctype"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str | None] = []
        self.open: list[str] = []
        self.shown = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.shown += data


def test_the_text_part_reads_as_a_letter() -> None:
    assert render(a_draft(), "Hello Amara,", HOUSE).text == (
        "Hello Amara,\n"
        "\n"
        "It has been about three months since your last order, and it seemed a\n"
        "good moment to say hello.\n"
        "\n"
        "As far as we know, you like dresses and tops. Have a look around\n"
        "whenever it suits you; take your time.\n"
        "\n"
        "Have a look around:\n"
        "https://marlow.example/shop\n"
        "\n"
        "With warm regards,\n"
        "Ruth and the team\n"
        "\n"
        "-- \n"
        "Marlow & Finch\n"
        "12 Mill Lane\n"
        "Bath BA1 1AA\n"
    )


def test_both_parts_say_the_same() -> None:
    draft = a_draft()
    rendered = render(draft, "Hello Amara,", HOUSE)
    shown = " ".join(Page(rendered.html).shown.split())
    for said in ("Hello Amara,", *draft.paragraphs, draft.action, draft.closing, HOUSE.signature, "Bath BA1 1AA"):
        assert said in shown
        assert said in " ".join(rendered.text.split())
    assert draft.preheader in shown


def test_the_html_is_whole_small_and_asks_nobody_for_anything() -> None:
    html = render(a_draft(), "Hello Amara,", HOUSE).html
    page = Page(html)
    assert page.open == []
    assert page.links == [HOUSE.url]
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(page.elements)
    assert "url(" not in html
    assert "@import" not in html
    assert len(html.encode()) < 20_000
    assert max(map(len, html.splitlines())) < 998 * 2


def test_it_is_fit_for_dark_mode_and_for_outlook() -> None:
    html = render(a_draft(), "Hello Amara,", HOUSE).html
    assert "prefers-color-scheme: dark" in html
    assert "<!--[if mso]>" in html


def test_whatever_stands_in_a_text_is_only_text() -> None:
    draft = a_draft(subject=HOSTILE, preheader=HOSTILE, paragraphs=(HOSTILE, HOSTILE), action=HOSTILE, closing=HOSTILE)
    house = replace(HOUSE, name=HOSTILE, signature=HOSTILE, postal_address=HOSTILE, url='https://x.example/"><script>')
    page = Page(render(draft, HOSTILE, house).html)
    assert "script" not in page.elements
    assert page.links == ['https://x.example/"><script>']
    assert page.shown.count(HOSTILE) == 10


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "ftp://x.example", "//x.example"])
def test_without_a_page_of_the_shop_there_is_no_call_to_action(url: str | None) -> None:
    rendered = render(a_draft(action="See what is there"), "Hello,", replace(HOUSE, url=url))
    assert Page(rendered.html).links == []
    assert "See what is there" not in rendered.html + rendered.text


def test_a_house_without_an_address_signs_with_its_name() -> None:
    assert render(a_draft(), "Hello,", House()).text.endswith("\n\n-- \nWinback\n")


def test_an_address_that_begins_with_the_name_does_not_repeat_it() -> None:
    house = replace(HOUSE, postal_address="Marlow & Finch Ltd\n12 Mill Lane\n")
    assert render(a_draft(), "Hello,", house).text.endswith("\n\n-- \nMarlow & Finch Ltd\n12 Mill Lane\n")


def test_the_texts_stay_out_of_logs() -> None:
    assert "Amara" not in repr(render(a_draft(), "Hello Amara,", HOUSE))
