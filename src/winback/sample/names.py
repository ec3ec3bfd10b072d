"""Made-up people: names as they occur together, where such a person may live, and an address nobody can have."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Final

DOMAINS: Final = ("example.com", "example.org", "example.net")
"""Reserved for examples: no e-mail to them reaches anybody."""
_NOT_DECOMPOSED: Final = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Culture:
    """Names of one culture, and where many who bear them live."""

    country: str
    time_zone: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False


CULTURES: Final = (
    Culture(
        "GB",
        "Europe/London",
        ("Alice", "Oliver", "Imogen", "Harriet", "George", "Poppy"),
        ("Whitfield", "O'Connor", "Barnes", "Ashworth", "Pemberton"),
    ),
    Culture(
        "US",
        "America/New_York",
        ("Madison", "Tyler", "Jasmine", "Caleb", "Savannah", "Marcus"),
        ("Johnson", "Rivera", "Brooks", "Washington", "Kowalski"),
    ),
    Culture(
        "DE",
        "Europe/Berlin",
        ("Jürgen", "Anke", "Sören", "Lena", "Friederike", "Matthias"),
        ("Müller", "Großmann", "Schäfer", "Vogel", "Lindemann"),
    ),
    Culture(
        "FR",
        "Europe/Paris",
        ("Élodie", "Jean-Luc", "Chloé", "Thibault", "Marguerite", "Noël"),
        ("Lefèvre", "Dubois", "Garnier", "Bélanger", "Moreau"),
    ),
    Culture(
        "ES",
        "Europe/Madrid",
        ("Íñigo", "Lucía", "Álvaro", "Begoña", "Mateo", "Inés"),
        ("García López", "Núñez", "Etxeberria", "Fernández", "Ibáñez"),
    ),
    Culture(
        "PL",
        "Europe/Warsaw",
        ("Łukasz", "Agnieszka", "Zofia", "Wojciech", "Małgorzata", "Paweł"),
        ("Wiśniewski", "Zając", "Dąbrowska", "Lewandowski", "Król"),
    ),
    Culture(
        "DK",
        "Europe/Copenhagen",
        ("Søren", "Freja", "Mikkel", "Åse", "Rasmus", "Ida"),
        ("Kjær", "Sørensen", "Lund", "Bøgh", "Holm"),
    ),
    Culture(
        "TR",
        "Europe/Istanbul",
        ("Ayşe", "Emre", "Çağla", "Işıl", "Kerem", "Defne"),
        ("Yılmaz", "Şahin", "Öztürk", "Demir", "Aydın"),
    ),
    Culture(
        "GR",
        "Europe/Athens",
        ("Ελένη", "Νίκος", "Δήμητρα", "Γιώργος", "Σοφία"),
        ("Παππά", "Γεωργίου", "Αλεξίου", "Βλάχος"),
    ),
    Culture(
        "NG",
        "Africa/Lagos",
        ("Chinwe", "Adébáyò", "Ngozi", "Tunde", "Folasade", "Emeka"),
        ("Okafor", "Adeyemi", "Balogun", "Eze", "Nwosu"),
    ),
    Culture(
        "IN",
        "Asia/Kolkata",
        ("Priya", "Arjun", "Lakshmi", "Rohan", "Meera", "Vikram"),
        ("Sharma", "Iyer", "Banerjee", "Reddy", "Kulkarni"),
    ),
    Culture(
        "JP",
        "Asia/Tokyo",
        ("美咲", "健太", "さくら", "大輔", "陽子"),
        ("田中", "鈴木", "渡辺", "小林"),
        family_first=True,
    ),
    Culture(
        "VN",
        "Asia/Ho_Chi_Minh",
        ("Minh Anh", "Thị Hoa", "Quốc Bảo", "Hương", "Đức"),
        ("Nguyễn", "Trần", "Phạm", "Đặng"),
        family_first=True,
    ),
    Culture(
        "BR",
        "America/Sao_Paulo",
        ("João", "Conceição", "Thiago", "Beatriz", "Luísa", "Caetano"),
        ("da Silva", "Araújo", "Gonçalves", "Teixeira", "Brandão"),
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    given_name: str
    name: str
    email: str
    culture: Culture


def person(rng: random.Random, number: int) -> Person:
    """A person of any culture; `number` keeps the addresses of namesakes apart."""
    culture = rng.choice(CULTURES)
    given, family = rng.choice(culture.given), rng.choice(culture.family)
    name = f"{family} {given}" if culture.family_first else f"{given} {family}"
    return Person(given, name, f"{_local_part(given, family, number)}@{rng.choice(DOMAINS)}", culture)


def _local_part(given: str, family: str, number: int) -> str:
    words = [_latin(given), _latin(family)]
    return ".".join([*words, str(number)] if all(words) else ["client", str(number)])


def _latin(name: str) -> str:
    """The plain letters of a name; none where it is not written in Latin letters."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_NOT_DECOMPOSED))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
