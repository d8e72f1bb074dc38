"""Reads entries in the shape of PTV's open interface v12, a beta that will replace v11.

Texts stand by language instead of in lists, classifications are bare codes whose names are in reference lists,
and what joins services to channels are entries of their own.
"""

from __future__ import annotations

import marshal
from typing import Any

from catalog.registers.hours import Hours, clock, day_of
from catalog.registers.ptv_reading import (
    DAY_NAMES,
    NATIONWIDE,
    HourRows,
    Kind,
    Reading,
    email_way,
    phone_way,
    place,
    settle,
    visit,
    web_way,
)
from catalog.registers.ptv_rows import Area, LinkRow, MakerRow, PointRow, ServiceRow
from catalog.registers.texts import (
    LANGUAGES,
    Words,
    by_language,
    first_of,
    mapping,
    objects,
    plain,
    string,
    strings,
)

_POINTS = {
    "TelephoneService": "phone",
    "ServiceLocation": "location",
    "WebPage": "web",
    "EService": "web",
    "PrintableForm": "form",
}
_AREAS = (("municipalities", "municipality"), ("regions", "region"), ("wellbeingServicesCounties", "county"))
_CONTINUOUS = ("ContinuousWeekdaysUntilFurtherNoticeServiceHour", "ContinuousDateRangeServiceHour")


def kind(entry: dict[str, Any]) -> Kind | None:
    """What the entry is in v12; None when it is nothing of v12."""
    if "serviceContentId" in entry and "channelContentId" in entry:
        return "link"
    if "contentId" in entry:
        return _kind_of_content(entry)
    if "childContentId" in entry:
        return "other"
    if "requestId" in entry and "status" in entry:
        return "error"
    return "list" if "isValid" in entry and "name" in entry else None


def _kind_of_content(entry: dict[str, Any]) -> Kind:
    if entry.keys() == {"contentId"}:
        return "gone"
    if "serviceChannelType" in entry:
        return "point"
    if "organizationType" in entry:
        return "maker"
    if "generalDescriptionTypes" in entry:
        return "general"
    return "service" if "serviceType" in entry or "serviceClasses" in entry else "other"


def _versions(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The texts by language; an empty version is as good as none."""
    versions = mapping(entry.get("languageVersions"))
    return {language: version for language in LANGUAGES if (version := mapping(versions.get(language)))}


def _texts(entry: dict[str, Any], field: str) -> Words:
    return by_language({language: one.get(field) for language, one in _versions(entry).items()})


def _shown_name(entry: dict[str, Any]) -> Words:
    versions = _versions(entry)
    shown = {one: version for one, version in versions.items() if version.get("isAlternativeNamePrimary")}
    chosen = by_language({language: one.get("alternativeName") for language, one in shown.items()})
    return first_of(chosen, _texts(entry, "name"))


def service(entry: dict[str, Any], reading: Reading) -> ServiceRow:
    name = string(entry.get("contentId"))
    nationwide, areas = _area(entry.get("area"), name, reading)
    keywords = [
        word for one in _versions(entry).values() for word in strings(one.get("freelyAssignedKeywords"))
    ]
    return ServiceRow(
        id=name,
        maker=string(entry.get("organizationContentId")) or next(iter(_others(entry)), ""),
        maker_name={},
        name=first_of(_texts(entry, "name"), _texts(entry, "alternativeName")),
        other_names=list(_texts(entry, "alternativeName").values()),
        summary=_texts(entry, "summary"),
        description=_texts(entry, "description"),
        instructions=_texts(entry, "userInstructions"),
        conditions=_texts(entry, "conditions"),
        cost=_texts(entry, "chargeTypeAdditionalInformation"),
        free=reading.free(name, entry.get("chargeType")),
        languages=strings(entry.get("serviceLanguages")),
        classes=strings(entry.get("serviceClasses")),
        events=strings(entry.get("lifeEvents")),
        terms=strings(entry.get("ontologyTerms")),
        groups=strings(entry.get("targetGroups")),
        keywords=[plain(word) for word in keywords],
        nationwide=nationwide,
        areas=areas,
        links=[],
        general=string(entry.get("generalDescriptionContentId")),
        modified=string(entry.get("publishedAt")),
    )


def _others(entry: dict[str, Any]) -> list[str]:
    producers = mapping(entry.get("producers"))
    named = [one for part in producers.values() for one in strings(mapping(part).get("organizations"))]
    return [*strings(entry.get("otherResponsibleOrganizations")), *named]


def general(entry: dict[str, Any]) -> tuple[str, dict[str, Words]]:
    """A general description: texts for services that have none of their own."""
    return string(entry.get("contentId")), {
        "summary": {},
        "description": _texts(entry, "description"),
        "instructions": _texts(entry, "userInstructions"),
        "conditions": _texts(entry, "conditions"),
    }


def _area(value: Any, name: str, reading: Reading) -> tuple[bool, list[Area]]:
    area = mapping(value)
    sort = string(area.get("areaType"))
    if sort in NATIONWIDE:
        return True, []
    if sort not in ("", "LimitedArea"):
        reading.unknown(name, "area.areaType", sort)
    return False, [(one, code) for field, one in _AREAS for code in strings(area.get(field))]


def link(entry: dict[str, Any], reading: Reading) -> tuple[str, LinkRow]:
    """The service and what joins it to a channel."""
    service = string(entry.get("serviceContentId"))
    hours, note = _hours(entry.get("serviceHours"), service, reading)
    ways: list[dict[str, Any] | None] = []
    for language, version in _versions(entry).items():
        ways += _phones(version.get("contactPhoneNumbers"), language)
        ways += _emails(version.get("contactEmails"), language)
        ways += _pages(version.get("contactWebPages"), language, {})
    return service, LinkRow(
        channel=string(entry.get("channelContentId")),
        ways=settle(ways, {}),
        hours=hours,
        note=first_of(note, _texts(entry, "description")),
        cost=_texts(entry, "chargeTypeAdditionalInformation"),
        free=reading.free(service, entry.get("chargeType")),
    )


def point(entry: dict[str, Any], reading: Reading) -> PointRow | None:
    """A channel; None when it is of a kind that is not known."""
    identifier, sort = string(entry.get("contentId")), _POINTS.get(string(entry.get("serviceChannelType")))
    if sort is None:
        reading.unknown(identifier, "serviceChannelType", entry.get("serviceChannelType"))
        return None
    name = _shown_name(entry)
    places = _places(entry.get("location"), name, reading, _only_town(entry.get("area"), reading))
    ways: list[dict[str, Any] | None] = []
    for language, version in _versions(entry).items():
        address = mapping(version.get("webAddress"))
        ways += _phones(version.get("phoneNumbers"), language)
        ways += _phones(version.get("contactPhoneNumbers"), language)
        ways += _emails(version.get("contactEmails"), language)
        ways.append(web_way(string(address.get("url")), language, plain(string(address.get("name"))), name))
        ways += _pages(version.get("contactWebPages"), language, name)
        ways += _pages(version.get("formFiles"), language, {})
    hours, note = _hours(entry.get("serviceHours"), identifier, reading)
    return PointRow(
        id=identifier,
        kind=sort,  # type: ignore[typeddict-item]  # one of the values of _POINTS
        name=name,
        ways=[*map(visit, places), *settle(ways, name)],
        places=places,
        hours=hours,
        note=note,
        services=[],
    )


def _phones(value: Any, language: str) -> list[dict[str, Any] | None]:
    return [
        phone_way(
            string(one.get("dialCode")),
            string(one.get("number")),
            language,
            plain(string(one.get("additionalInformation"))),
            plain(string(one.get("chargeDescription"))),
            one.get("chargeType"),
            text_message=one.get("type") == "Sms",
        )
        for one in objects(value)
        if one.get("type") != "Fax"
    ]


def _emails(value: Any, language: str) -> list[dict[str, Any] | None]:
    return [email_way(string(one.get("email")), language) for one in objects(value)]


def _pages(value: Any, language: str, name: Words) -> list[dict[str, Any] | None]:
    return [
        web_way(string(one.get("url")), language, plain(string(one.get("name"))), name)
        for one in objects(value)
    ]


def _places(value: Any, name: Words, reading: Reading, town: str = "") -> list[dict[str, Any]]:
    location = mapping(value)
    addresses = [*objects(location.get("streetAddresses")), *objects(location.get("otherAddresses"))]
    return [found for one in addresses if (found := _place(one, name, reading, town))]


def _only_town(area: Any, reading: Reading) -> str:
    """The municipality that is served, when it is one."""
    codes = strings(mapping(area).get("municipalities"))
    return reading.towns.by_code.get(codes[0], "") if len(codes) == 1 else ""


def _place(entry: dict[str, Any], name: Words, reading: Reading, town: str) -> dict[str, Any] | None:
    """A visiting address. Its municipality is known by the postal code only, or else by what is served."""
    words = by_language(mapping(entry.get("streetName"))) or by_language(
        mapping(entry.get("additionalInformation"))
    )
    where = (
        f"{words.get('fi') or next(iter(words.values()), '')} {string(entry.get('addressDetail'))}".strip()
    )
    postcode = string(entry.get("postalCode"))
    known = [one for one in objects(entry.get("coordinates")) if one.get("system") == "EPSG:3067"]
    metres = (known[0].get("northing"), known[0].get("easting")) if known else (None, None)
    return place(name, where, postcode, reading.towns.by_postcode(postcode) or town, metres, {})


def _hours(value: Any, entry: str, reading: Reading) -> tuple[list[Hours], Words]:
    """Hours and what is said of them; the same ones are worked out once."""
    listed = mapping(value).get("hours")
    if not listed or not isinstance(listed, list):
        return [], {}
    key = marshal.dumps(listed)
    if (known := reading.hours.get(key)) is None:
        hours = _read_hours(listed, entry, reading)
        known = hours.rows, hours.note
        reading.remember_hours(key, known)
    return known


def _read_hours(value: Any, entry: str, reading: Reading) -> HourRows:
    hours = HourRows(reading.today)
    for one in objects(value):
        sort = string(one.get("type"))
        start, end = day_of(one.get("fromDate")), day_of(one.get("toDate"))
        dates = {} if start is None else {"valid_from": start.isoformat()}
        dates |= {} if end is None else {"valid_to": end.isoformat()}
        if sort == "ExceptionalDateRangeServiceHour":
            _exception(hours, one, start, end)
        elif sort in ("WeeklyUntilFurtherNoticeServiceHour", "WeeklyDateRangeServiceHour"):
            _weekly(hours, mapping(one.get("weeklyHours")), dates)
        elif sort == "ContinuousAlwaysValidServiceHour":
            hours.always(by_appointment=one.get("openingStatus") == "OpenOnReservation")
        elif sort in _CONTINUOUS:
            _continuous(hours, one, dates if sort == "ContinuousDateRangeServiceHour" else {})
        else:
            reading.unknown(entry, "serviceHours.type", sort)
            continue
        if dates.get("valid_from", "") <= reading.today.isoformat() <= dates.get("valid_to", "9"):
            hours.say(by_language(mapping(one.get("additionalInformation"))))
    return hours


def _weekly(hours: HourRows, week: dict[str, Any], dates: dict[str, Any]) -> None:
    for name, day in DAY_NAMES.items():
        for one in objects(mapping(week.get(name)).get("hours")):
            if one.get("openingStatus") != "Closed":
                weeks = {"OddWeeks": "odd", "EvenWeeks": "even"}.get(string(one.get("repetition")), "")
                booked = one.get("openingStatus") == "OpenOnReservation"
                opens, closes = clock(one.get("start")), clock(one.get("end"))
                hours.weekly([day], opens, closes, by_appointment=booked, weeks=weeks, **dates)


def _continuous(hours: HourRows, one: dict[str, Any], dates: dict[str, Any]) -> None:
    first, last = (DAY_NAMES.get(string(one.get(end)).lower()) for end in ("fromDay", "toDay"))
    opens, closes = clock(one.get("fromTime")), clock(one.get("toTime"))
    if first and last and first == last:
        hours.weekly([first], opens, closes, **dates)
    elif first and last:
        hours.stretch(first, opens, last, closes, **dates)


def _exception(hours: HourRows, one: dict[str, Any], start: Any, end: Any) -> None:
    week = mapping(one.get("weeklyHours"))
    for name, day in DAY_NAMES.items():
        for stretch in objects(mapping(week.get(name)).get("hours")):
            if stretch.get("openingStatus") == "Closed":
                hours.exception(start, end, days=[day], closed=True)
            elif (opens := clock(stretch.get("start"))) and (closes := clock(stretch.get("end"))):
                hours.exception(start, end, days=[day], opens=opens, closes=closes)


def maker(entry: dict[str, Any], reading: Reading) -> MakerRow:
    name = string(entry.get("contentId"))
    nationwide, areas = _area(entry.get("area"), name, reading)
    pages = [
        string(page.get("url"))
        for version in _versions(entry).values()
        for page in objects(version.get("contactWebPages"))
    ]
    return MakerRow(
        id=name,
        type=string(entry.get("organizationType")),
        name=_shown_name(entry),
        about=first_of(_texts(entry, "summary"), _texts(entry, "description")),
        url=next(iter(pages), ""),
        parent=string(entry.get("parentOrganizationContentId")),
        nationwide=nationwide,
        areas=areas,
        places=_places(entry.get("location"), {}, reading, _only_town(entry.get("area"), reading)),
        modified=string(entry.get("publishedAt")),
    )


def learn(entry: dict[str, Any], reading: Reading) -> None:
    """A line of a reference list: the name of a class or term, a municipality, a postal area, a county or region."""
    name = by_language(mapping(entry.get("name")))
    code, uri = string(entry.get("code")), string(entry.get("uri"))
    for key in (code if uri else "", uri):
        if key and name:
            reading.names[key] = name
    if not uri and code.isdigit():
        reading.towns.learn(code, name)
