"""Writes a register in the shape of PTV v11, as large as the real one: for measuring, not for guiding anybody.

    python tests/bench/generate_ptv.py FOLDER [--services 30000] [--seed 1]

Every service, organisation, number and address is invented; addresses on the web end in `.example`.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml

LANGUAGES: Final = ("fi", "sv", "en")
Words = tuple[str, str, str]
"""One text in the three languages."""

PAGE = 100
CHANNELS_A_SERVICE = 2.4
TOWNS_FILE = Path(__file__).parents[2] / "catalog" / "data" / "registers" / "municipality_codes.yaml"
TOPICS: Final[list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "ptv_topics.yaml").read_text("utf-8")
)["topics"]


class Register:
    """Makes one entry after another; the same seed makes the same register."""

    def __init__(self, services: int, seed: int) -> None:
        self.random = Random(seed)
        self.services_wanted = services
        self.towns = _towns()
        self.makers = [self._maker(number) for number in range(max(20, services * 1630 // 30_000))]
        self.channels: list[dict[str, Any]] = []

    def id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def _maker(self, number: int) -> dict[str, Any]:
        code, town, county = self.random.choice(self.towns)
        kinds: list[tuple[str, Words]] = [
            (
                "Municipality",
                (f"{town}: kunnan palvelut {number}", f"{town}: kommunens tjänster {number}", f"{town}"),
            ),
            (
                "RegionalOrganization",
                (f"{county} hyvinvointialue {number}", f"{county} välfärdsområde", county),
            ),
            (
                "Organization",
                (f"{town}n Kumppanit {number} ry", f"{town} Kompanjoner {number} rf", f"{town} Mates"),
            ),
            ("Company", (f"{town}n Hoiva {number} Oy", f"{town} Vård {number} Ab", f"{town} Care {number}")),
            ("State", (f"Virasto {number}", f"Verket {number}", f"Agency {number}")),
        ]
        kind, name = self.random.choices(kinds, (3, 2, 5, 1, 1))[0]
        about = (
            f"{name[0]} auttaa ihmisiä arjessa.",
            f"{name[1]} hjälper människor.",
            f"{name[2]} helps people.",
        )
        return {
            "id": self.id(),
            "organizationType": kind,
            "organizationNames": typed(Name=name),
            "organizationDescriptions": typed(Description=about, Summary=about),
            "areaType": None if kind == "Municipality" else "LimitedType",
            "areas": [],
            "municipality": _municipality(code, town),
            "webPages": [{"url": f"https://org{number}.example", "value": None, "language": "fi"}],
            "phoneNumbers": [],
            "addresses": [],
            "parentOrganizationId": None,
            "publishingStatus": "Published",
            "services": [],
            "modified": "2026-06-03T09:00:12.555120",
        }

    def services(self) -> Iterator[dict[str, Any]]:
        for number in range(self.services_wanted):
            topic = self.random.choice(TOPICS)
            yield self._service(number, topic)

    def _service(self, number: int, topic: dict[str, Any]) -> dict[str, Any]:
        code, town, county = self.random.choice(self.towns)
        maker = self.random.choice(self.makers)
        name: Words = tuple(  # type: ignore[assignment]
            f"{title}, {town}" if self.random.random() < 0.6 else f"{title} {number}"
            for title in self.random.choice(topic["names"])
        )
        summary = self._sentences(topic["sentences"], 2)
        own = [self._channel(topic, maker, code, town) for _ in range(self._how_many())]
        self.channels += own
        linked = own + (
            [self.random.choice(self.channels)] if self.channels and self.random.random() < 0.5 else []
        )
        return {
            "id": self.id(),
            "sourceId": None,
            "type": "Service",
            "fundingType": "PubliclyFunded",
            "serviceNames": typed(Name=name),
            "serviceChargeType": self.random.choice(("FreeOfCharge", "Chargeable", None)),
            **self._area(code, town, county),
            "serviceDescriptions": typed(
                Description=self._sentences(topic["sentences"], 9),
                Summary=summary,
                UserInstruction=self._sentences(topic["instructions"], 2),
            ),
            "languages": self.random.choice((["fi"], ["fi", "sv"], ["fi", "sv", "en"])),
            "serviceClasses": [_finto(code, texts, "ptvserclass2") for code, texts in topic["classes"]],
            "ontologyTerms": [_term(texts) for texts in self.random.sample(topic["terms"], 2)],
            "targetGroups": [_finto("KR1", ("Kansalaiset", "Medborgare", "Citizens"), "ptvkohderyhmat")],
            "lifeEvents": [],
            "industrialClasses": [],
            "legislation": [],
            "keywords": [{"value": texts[0], "language": "fi"} for texts in topic["terms"]],
            "requirements": listed(self._sentences(topic["conditions"], 1)),
            "serviceVouchersInUse": False,
            "serviceVouchers": [],
            "serviceChannels": [_connection(channel) for channel in linked] or None,
            "organizations": [
                {
                    "additionalInformation": [],
                    "roleType": role,
                    "provisionType": None,
                    "organization": {"id": maker["id"], "name": maker["organizationNames"][0]["value"]},
                }
                for role in ("Responsible", "Producer")
            ],
            "serviceCollections": [],
            "generalDescriptionId": None,
            "publishingStatus": "Published",
            "modified": f"2026-{self.random.randint(1, 10):02}-{self.random.randint(1, 28):02}T06:31:09.847201",
        }

    def _how_many(self) -> int:
        return self.random.choices((0, 1, 2, 3, 4, 6), (4, 20, 36, 22, 12, 6))[0]

    def _sentences(self, pool: Sequence[Words], most: int) -> Words:
        chosen = self.random.sample(pool, min(most, len(pool)))
        return tuple(" ".join(texts[number] for texts in chosen) for number in range(3))  # type: ignore[return-value]

    def _area(self, code: str, town: str, county: str) -> dict[str, Any]:
        chance = self.random.random()
        if chance < 0.08:
            return {"areaType": "Nationwide", "areas": []}
        if chance < 0.7:
            members = [(code, town)]
            area = {"type": "Municipality", "code": None, "name": None}
        else:
            members = [(number, name) for number, name, whose in self.towns if whose == county]
            area = {"type": "WellbeingServiceCounties", "code": "05", "name": None}
        return {
            "areaType": "LimitedType",
            "areas": [area | {"municipalities": [_municipality(*member) for member in members]}],
        }

    def _channel(self, topic: dict[str, Any], maker: dict[str, Any], code: str, town: str) -> dict[str, Any]:
        kind = self.random.choices(("ServiceLocation", "Phone", "WebPage", "EChannel"), (53, 22, 17, 8))[0]
        title = self.random.choice(topic["names"])
        name: Words = (f"{title[0]}, {town}", f"{title[1]}, {town}", f"{title[2]}, {town}")
        number = str(self.random.randint(110_000_000, 119_999_999))
        channel: dict[str, Any] = {
            "id": self.id(),
            "sourceId": None,
            "serviceChannelType": kind,
            "organizationId": maker["id"],
            "serviceChannelNames": typed(Name=name),
            "serviceChannelDescriptions": typed(
                Description=self._sentences(topic["sentences"], 3),
                Summary=self._sentences(topic["sentences"], 1),
            ),
            "areaType": "Nationwide",
            "areas": [],
            "languages": ["fi", "sv"],
            "webPages": [],
            "serviceHours": [self._hours()] if kind in ("ServiceLocation", "Phone") else [],
            "supportPhones": [],
            "supportEmails": [],
            "services": [],
            "publishingStatus": "Published",
            "modified": "2026-09-28T11:20:51.003318",
        }
        if kind in ("WebPage", "EChannel"):
            address = f"https://palvelu.example/{number}"
            channel["webPages"] = [
                {"url": f"{address}/{one}", "value": None, "language": one} for one in LANGUAGES
            ]
        else:
            channel["phoneNumbers"] = [_phone(number, language) for language in LANGUAGES]
        if kind == "ServiceLocation":
            channel["addresses"] = [self._address(code, town)]
        return channel

    def _hours(self) -> dict[str, Any]:
        opens = self.random.choice(("08:00:00", "09:00:00", "10:00:00"))
        closes = self.random.choice(("12:00:00", "15:00:00", "16:15:00"))
        days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")[: self.random.choice((3, 4, 5, 5, 5))]
        return {
            "serviceHourType": "DaysOfTheWeek",
            "validFrom": None,
            "validTo": None,
            "isClosed": False,
            "validForNow": True,
            "isAlwaysOpen": False,
            "isReservation": self.random.random() < 0.2,
            "additionalInformation": [],
            "openingHour": [
                {"dayFrom": day, "dayTo": "", "from": opens, "to": closes, "order": 0} for day in days
            ],
        }

    def _address(self, code: str, town: str) -> dict[str, Any]:
        return {
            "id": self.id(),
            "type": "Location",
            "subType": "Single",
            "postOfficeBoxAddress": None,
            "streetAddress": {
                "street": listed((f"Esimerkkikatu {town}", f"Exempelgatan {town}", "")),
                "streetNumber": str(self.random.randint(1, 99)),
                "postalCode": f"{self.random.randint(100, 99_990):05}",
                "postOffice": listed((town.upper(), town.upper(), "")),
                "municipality": _municipality(code, town),
                "additionalInformation": [],
                "latitude": f"{self.random.uniform(6_650_000, 7_500_000):.3f}",
                "longitude": f"{self.random.uniform(250_000, 650_000):.3f}",
                "coordinateState": "Ok",
            },
            "otherAddress": None,
            "locationAbroad": [],
            "entrances": [],
            "country": "FI",
        }


def listed(texts: Sequence[str]) -> list[dict[str, str]]:
    return [{"value": text, "language": one} for one, text in zip(LANGUAGES, texts, strict=True) if text]


def typed(**texts: Sequence[str]) -> list[dict[str, str]]:
    return [{**one, "type": kind} for kind, words in texts.items() for one in listed(words)]


def _towns() -> list[tuple[str, str, str]]:
    """Number, name and county."""
    counties = yaml.safe_load(TOWNS_FILE.read_text("utf-8"))
    return [
        (code, town, county)
        for county, about in counties.items()
        for code, town in about["municipalities"].items()
    ]


def _municipality(code: str, town: str) -> dict[str, Any]:
    return {"code": code, "name": listed((town, town, ""))}


def _finto(code: str, texts: Sequence[str], scheme: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, code)),
        "name": listed(texts),
        "description": [],
        "code": code,
        "ontologyType": "",
        "uri": f"http://uri.suomi.fi/codelist/ptv/{scheme}/code/{code}",
        "parentId": None,
        "parentUri": "",
        "override": False,
        "newUri": None,
        "newParentUri": None,
    }


def _term(texts: Sequence[str]) -> dict[str, Any]:
    number = uuid.uuid5(uuid.NAMESPACE_URL, texts[0]).int % 100_000
    return _finto(f"p{number}", texts, "") | {"code": None, "uri": f"http://www.yso.fi/onto/koko/p{number}"}


def _phone(number: str, language: str) -> dict[str, Any]:
    prices = {
        "fi": "Paikallisverkkomaksu tai matkapuhelinmaksu",
        "sv": "Lokalnäts- eller mobilavgift",
        "en": "Local",
    }
    return {
        "type": "Phone",
        "additionalInformation": None,
        "serviceChargeType": "Chargeable",
        "chargeDescription": prices[language],
        "prefixNumber": "+358",
        "isFinnishServiceNumber": False,
        "number": number,
        "language": language,
    }


def _connection(channel: dict[str, Any]) -> dict[str, Any]:
    return {
        "serviceChannel": {"id": channel["id"], "name": channel["serviceChannelNames"][0]["value"]},
        "serviceChargeType": None,
        "description": [],
        "extraTypes": [],
        "serviceHours": [],
        "contactDetails": None,
        "digitalAuthorizations": [],
        "modified": "2026-10-02T08:12:44.120381",
    }


def generate(folder: Path, services: int = 30_000, seed: int = 1) -> None:
    """Writes pages of services, channels and organisations into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    register = Register(services, seed)
    _pages(folder, "service", register.services(), services)
    _pages(folder, "service-channel", iter(register.channels), len(register.channels))
    _pages(folder, "organization", iter(register.makers), len(register.makers))


def _pages(folder: Path, name: str, entries: Iterator[dict[str, Any]], count: int) -> None:
    pages = -(-count // PAGE)
    for number in range(1, pages + 1):
        page = {
            "pageNumber": number,
            "pageSize": PAGE,
            "pageCount": pages,
            "itemList": list(islice(entries, PAGE)),
        }
        text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}-{number:04}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--services", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    generate(asked.folder, asked.services, asked.seed)
