"""Reads entries in the shape of PTV's open interface v11.

The wire is not as strict as the specification: anything may be null, missing or empty, what is not known may
come, and channels come flat or wrapped. So everything is asked for gently, and what is odd is told of once.
"""

from __future__ import annotations

from typing import Any

from catalog.registers.ptv_reading import NATIONWIDE, Kind, Reading
from catalog.registers.ptv_rows import Area, MakerRow, ServiceRow
from catalog.registers.ptv_v11_points import WRAPPERS, link, place_of, town_of
from catalog.registers.ptv_v11_texts import clean, shown_name, texts, typed
from catalog.registers.texts import LANGUAGES, Words, first_of, mapping, objects, plain, string, strings

_AREAS = {
    "WellbeingServiceCounties": "county",
    "WellbeingServicesCounties": "county",
    "Region": "region",
    "Province": "region",
}


def kind(entry: dict[str, Any]) -> Kind | None:
    """What the entry is in v11; None when it is nothing of v11."""
    if "archivingDate" in entry:
        return "gone"
    if "serviceNames" in entry:
        return "service"
    if "serviceChannelNames" in entry or any(entry.get(wrapper) for wrapper in WRAPPERS):
        return "point"
    if "organizationNames" in entry:
        return "maker"
    if "generalDescriptionType" in entry:
        return "general"
    if "errorMessage" in entry:
        return "error"
    if "serviceCollectionNames" in entry or "serviceGuid" in entry:
        return "other"
    return "list" if "code" in entry and "names" in entry else None


def _terms(value: Any, reading: Reading) -> list[str]:
    """Codes, or the addresses of what has none; the first entry that has one tells its name."""
    found = []
    for one in objects(value):
        key = string(one.get("code")) or string(one.get("newUri")) or string(one.get("uri"))
        if key and key not in reading.names:
            reading.names[key] = texts(one.get("name"))
        found.append(key)
    return [key for key in found if key]


def service(entry: dict[str, Any], reading: Reading) -> ServiceRow:
    name = string(entry.get("id"))
    names = typed(entry.get("serviceNames"))
    told = typed(entry.get("serviceDescriptions"))
    maker, maker_name = _responsible(entry)
    nationwide, areas = _area(entry, name, reading)

    def text(which: str) -> Words:
        return clean(first_of(told.get(which, {}), told.get(f"GD_{which}", {})))

    summary, other_names = text("Summary"), clean(names.get("AlternativeName", {}))
    return ServiceRow(
        id=name,
        maker=maker,
        maker_name=maker_name,
        name={**other_names, **clean(names.get("Name", {}))},
        other_names=list(other_names.values()),
        summary=summary,
        description={} if len(summary) == len(LANGUAGES) else text("Description"),
        instructions=text("UserInstruction"),
        conditions=texts(entry.get("requirements")),
        cost=text("ChargeTypeAdditionalInfo"),
        free=reading.free(name, entry.get("serviceChargeType")),
        languages=strings(entry.get("languages")),
        classes=_terms(entry.get("serviceClasses"), reading),
        events=_terms(entry.get("lifeEvents"), reading),
        terms=_terms(entry.get("ontologyTerms"), reading),
        groups=_terms(entry.get("targetGroups"), reading),
        keywords=[
            word for one in objects(entry.get("keywords")) if (word := plain(string(one.get("value"))))
        ],
        nationwide=nationwide,
        areas=areas,
        links=[link(one, name, reading) for one in objects(entry.get("serviceChannels"))],
        general=string(entry.get("generalDescriptionId")),
        modified=string(entry.get("modified")),
    )


def general(entry: dict[str, Any]) -> tuple[str, dict[str, Words]]:
    """A general description: texts for services that have none of their own."""
    told = typed(entry.get("descriptions"))
    return string(entry.get("id")), {
        "summary": clean(told.get("Summary", {})),
        "description": clean(told.get("Description", {})),
        "instructions": clean(told.get("UserInstruction", {})),
        "conditions": texts(entry.get("requirements")),
    }


def _responsible(entry: dict[str, Any]) -> tuple[str, Words]:
    """Who answers for the service: the responsible organisation, else another, else a producer."""
    ranks = {"Responsible": 0, "OtherResponsible": 1, "Producer": 2}
    found = [
        (ranks.get(string(one.get("roleType")), 3), mapping(one.get("organization")))
        for one in objects(entry.get("organizations"))
    ]
    named = sorted(
        ((rank, string(who.get("id")), string(who.get("name"))) for rank, who in found if who.get("id")),
        key=lambda one: one[0],
    )
    if not named:
        return "", {}
    _, identifier, name = named[0]
    return identifier, {"fi": name} if name else {}


def _area(entry: dict[str, Any], name: str, reading: Reading) -> tuple[bool, list[Area]]:
    if string(entry.get("areaType")) in NATIONWIDE:
        return True, []
    found: list[Area] = []
    for area in objects(entry.get("areas")):
        members = objects(area.get("municipalities"))
        codes = [("municipality", town_of(one, reading)) for one in members]
        if wide := _AREAS.get(string(area.get("type"))):
            found += codes or [(wide, string(area.get("code")))]
        else:
            if area.get("type") not in ("Municipality", "BusinessSubRegion", "HospitalDistrict"):
                reading.unknown(name, "areas.type", area.get("type"))
            found += codes
    return False, [area for area in found if area[1]]


def maker(entry: dict[str, Any], reading: Reading) -> MakerRow:
    name = string(entry.get("id"))
    told = typed(entry.get("organizationDescriptions"))
    nationwide, areas = _area(entry, name, reading)
    municipality = mapping(entry.get("municipality"))
    if code := town_of(municipality, reading):
        areas.append(("municipality", code))
    pages = {string(one.get("language")): string(one.get("url")) for one in objects(entry.get("webPages"))}
    return MakerRow(
        id=name,
        type=string(entry.get("organizationType")),
        name=shown_name(entry, "organizationNames"),
        about=clean(first_of(told.get("Summary", {}), told.get("Description", {}))),
        url=pages.get("fi") or next(iter(pages.values()), ""),
        parent=string(entry.get("parentOrganizationId")),
        nationwide=nationwide,
        areas=areas,
        places=[found for one in objects(entry.get("addresses")) if (found := place_of(one, {}, reading))],
        modified=string(entry.get("modified")),
    )
