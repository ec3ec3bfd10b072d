"""Arrow: draft → the e-mail's two parts, plain text and HTML. Everything that goes into the HTML is escaped here."""

import textwrap
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from winback.compose.shop_page import shop_page
from winback.domain.brief import House
from winback.domain.draft import Draft

_WIDTH: Final = 72
_FONT: Final = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
# Mail programs fill their preview line from the body unless something invisible fills it first.
_PADDING: Final = "&#847;&zwnj;&nbsp;" * 80


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    """One e-mail as plain text and as HTML, saying the same."""

    text: str
    html: str


def render(draft: Draft, salutation: str, house: House) -> Rendered:
    """Without a web address of the shop there is no call to action: a button must lead somewhere."""
    url = shop_page(house)
    return Rendered(_text(draft, salutation, house, url), _html(draft, salutation, house, url))


def _text(draft: Draft, salutation: str, house: House, url: str | None) -> str:
    blocks = [salutation, *map(_wrapped, draft.paragraphs)]
    if url:
        blocks.append(f"{draft.action}:\n{url}")
    blocks.append("\n".join(_sign_off(draft, house)))
    # "-- " is how plain text marks what follows as a signature.
    return "\n\n".join(blocks) + "\n\n-- \n" + "\n".join(_footer(house)) + "\n"


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _html(draft: Draft, salutation: str, house: House, url: str | None) -> str:
    return _template("letter").substitute(
        font=_FONT,
        padding=_PADDING,
        subject=escape(draft.subject),
        preheader=escape(draft.preheader),
        house=escape(house.name),
        paragraphs="".join(_filled("paragraph", text=escape(text)) for text in (salutation, *draft.paragraphs)),
        button=_filled("button", url=escape(url), action=escape(draft.action)) if url else "",
        signature=_filled("signature", text=_lines(_sign_off(draft, house))),
        footer=_lines(_footer(house)),
    )


def _sign_off(draft: Draft, house: House) -> list[str]:
    return [line for line in (draft.closing, house.signature) if line]


def _footer(house: House) -> list[str]:
    lines = [line.strip() for line in (house.postal_address or "").splitlines() if line.strip()]
    return lines if lines and lines[0].startswith(house.name) else [house.name, *lines]


def _lines(lines: list[str]) -> str:
    return "<br>\n".join(map(escape, lines))


def _filled(template: str, **blanks: str) -> str:
    return _template(template).substitute(font=_FONT, **blanks)


@cache
def _template(name: str) -> Template:
    return Template(files("winback.compose").joinpath(f"templates/{name}.html").read_text("utf-8"))
