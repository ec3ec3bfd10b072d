"""The shop's page, if it is one."""

from winback.domain.brief import House


def shop_page(house: House) -> str | None:
    """`house.url` where it is http or https, which is all that may stand in a link."""
    return house.url if house.url and house.url.lower().startswith(("https://", "http://")) else None
