"""Each reason for a suggestion is one term of the formula; together they put offers into order."""

from datetime import date
from typing import Any

import pytest
from handmade import TODAY, an_offer, catalogue, offer, organisation
from hypothesis import given
from hypothesis import strategies as st

from catalog.ranking import NEEDS, WEIGHTS, Because, Reason, Situation, Suggestion, by_area, by_door, suggest
from catalog.schema import Catalog, Level

LONELY = {"friends": 2}


def best(catalog: Catalog, limit: int = 10, today: date = TODAY, **situation: Any) -> list[Suggestion]:
    return suggest(catalog, Situation(**situation), today=today, limit=limit)


def ids(suggestions: list[Suggestion]) -> list[str]:
    return [one.offer.id for one in suggestions]


def reasons(situation: dict[str, Any], today: date = TODAY, **fields: Any) -> dict[Because, tuple[str, ...]]:
    """Why the offer with these fields is suggested in the situation, beside why a bare one is."""
    plain = {"areas": ["health"], "languages": ["so"], "municipalities": ["Kemi"], "referral": "doctor"}
    plain |= {"source": {"name": "Leaflet", "date": "2020-01-01"}, "levels": ["light"]}
    asked = {"ratings": {}, **situation}
    [found] = best(catalogue(organisation("kello", offer("it", **(plain | fields)))), today=today, **asked)
    assert found.score == sum(WEIGHTS[reason.code] for reason in found.reasons)
    return {reason.code: reason.values for reason in found.reasons}


MAIN = {Because.MAIN_AREA: ("health",)}

TERMS: list[tuple[dict[str, Any], dict[str, Any], dict[Because, tuple[str, ...]]]] = [
    ({}, {}, {}),
    ({"ratings": {"health": 1}}, {}, {Because.AREA_VERY_LOW: ("health",), **MAIN}),
    ({"ratings": {"health": 2}}, {}, {Because.AREA_LOW: ("health",), **MAIN}),
    ({"ratings": {"health": 3}}, {}, {Because.AREA_MIDDLING: ("health",), **MAIN}),
    ({"ratings": {"health": 4}}, {}, {}),
    ({"priorities": ("health",)}, {}, {Because.PRIORITY: ("health",), **MAIN}),
    ({"ratings": {"money": 2}}, {"areas": ["health", "money"]}, {Because.AREA_LOW: ("money",)}),
    ({"priorities": ("money",)}, {"areas": ["health", "money"]}, {Because.PRIORITY: ("money",)}),
    ({"door": "take_part"}, {"doors": ["take_part"]}, {Because.DOOR: ("take_part",)}),
    ({}, {"levels": ["advice"]}, {Because.LEVEL: ("advice",)}),
    ({"about": "other"}, {"for_whom": {"close_persons": True}}, {Because.CLOSE_PERSONS: ()}),
    ({"about": "self"}, {"for_whom": {"close_persons": True}}, {}),
    ({"municipality": "Kemi"}, {}, {Because.MUNICIPALITY: ("Kemi",)}),
    ({"municipality": "Kemi"}, {"municipalities": [], "nationwide": True}, {Because.NATIONWIDE: ()}),
    ({"language": "sv"}, {"languages": ["fi", "sv"]}, {Because.LANGUAGE: ("sv",)}),
    ({"language": "fi@selko"}, {"languages": ["fi"]}, {Because.LANGUAGE: ("fi",)}),
    ({"anonymous": True}, {"anonymous": True}, {Because.ANONYMOUS: ()}),
    ({"anonymous": False}, {"anonymous": True}, {}),
    ({"anonymous": True}, {"anonymous": None}, {}),
    ({}, {"referral": None}, {Because.LOW_THRESHOLD: ()}),
    ({}, {"peers": True}, {Because.PEERS: ()}),
    ({}, {"verified": {"on": "2026-05-01", "by": "Leena"}}, {Because.VERIFIED_RECENTLY: ()}),
    ({}, {"capacity": {"state": "open"}}, {}),
    ({}, {"capacity": {"state": "full"}}, {Because.FULL: ()}),
    ({}, {"capacity": {"state": "waiting_list", "until": "2026-06-01"}}, {Because.WAITING_LIST: ()}),
    ({}, {"capacity": {"state": "full", "until": "2026-05-31"}}, {}),
]


@pytest.mark.parametrize(("situation", "fields", "expected"), TERMS)
def test_each_reason_is_one_term(
    situation: dict[str, Any], fields: dict[str, Any], expected: dict[Because, tuple[str, ...]]
) -> None:
    assert reasons(situation, **fields) == expected


def test_every_reason_has_a_weight_except_the_one_of_a_search() -> None:
    assert set(Because) - set(WEIGHTS) == {Because.WORD}
    assert all(WEIGHTS[code] > 0 for code in NEEDS)


def test_an_offer_for_everything_does_not_beat_the_one_that_is_for_this() -> None:
    areas = ("friends", "money", "health", "hope", "mind")
    wide = catalogue(organisation("kello", offer("it", areas=list(areas))))
    [found] = best(wide, ratings=dict.fromkeys(areas, 2) | {"mind": 1})
    assert [reason for reason in found.reasons if reason.code in NEEDS] == [
        Reason(Because.AREA_VERY_LOW, ("mind",)),
        Reason(Because.AREA_LOW, ("friends",)),
        Reason(Because.AREA_LOW, ("money",)),
    ]


def test_only_what_answers_a_need_is_suggested_and_nothing_is_an_unmet_need() -> None:
    catalog = catalogue(organisation("kello", offer("cafe"), offer("gym", areas=["health"])))
    assert ids(best(catalog, ratings=LONELY)) == ["cafe"]
    assert ids(best(catalog, ratings={"friends": 5}, priorities=("health",))) == ["gym"]
    assert best(catalog, ratings={"money": 1}) == []
    assert best(catalog, about="other") == []
    assert ids(best(catalog, ratings={"friends": 5})) == ["cafe", "gym"]  # no need: a look at what there is


def test_what_is_elsewhere_or_not_wanted_is_left_out() -> None:
    here, there = offer("here", municipalities=["Jämsä", "Laukaa"]), offer("there", municipalities=["Kemi"])
    everywhere = offer("everywhere", municipalities=[], nationwide=True)
    catalog = catalogue(organisation("a", here), organisation("b", there), organisation("c", everywhere))
    assert ids(best(catalog, ratings=LONELY, municipality="Jämsä")) == ["here", "everywhere"]
    assert set(ids(best(catalog, ratings=LONELY))) == {"here", "there", "everywhere"}
    gone = frozenset({"here"})
    assert ids(best(catalog, ratings=LONELY, municipality="Jämsä", dismissed=gone)) == ["everywhere"]


def test_activities_come_first_and_a_service_only_at_its_level() -> None:
    service = offer("office", kind="service", areas=["friends", "money"], levels=["light"])
    catalog = catalogue(organisation("a", service), organisation("b", offer("cafe")))
    asked = {"ratings": {"friends": 2, "money": 1}}
    assert ids(best(catalog, level=Level.LIGHT, **asked)) == ["cafe", "office"]
    assert ids(best(catalog, level=Level.ADVICE, **asked)) == ["cafe"]


def county(*, tagged: bool = True) -> Catalog:
    tags: dict[str, list[str]] = {"assess": ["assessment"], "worker": ["named_worker"]} if tagged else {}
    services = [
        offer(name, kind="service", areas=areas, leads_to=tags.get(name, []))
        for name, areas in (("nurse", ["friends"]), ("assess", ["money"]), ("worker", ["money"]))
    ]
    activities = [organisation(f"club{n}", offer(f"cafe{n}")) for n in range(6)]
    return catalogue(*activities, *(organisation(f"county{n}", one) for n, one in enumerate(services)))


@pytest.mark.parametrize(
    ("level", "contacts"),
    [
        (Level.ADVICE, {}),
        (Level.LIGHT, {}),
        (Level.STRENGTHENING, {"nurse": Because.SERVICE_CONTACT}),
        (Level.INTENSIVE, {"assess": Because.ASSESSMENT, "worker": Because.NAMED_WORKER}),
    ],
)
def test_the_level_decides_which_contacts_in_services_join(
    level: Level, contacts: dict[str, Because]
) -> None:
    found = best(county(), limit=4, ratings=LONELY, level=level)
    assert len(found) == 4
    assert ids(found)[: 4 - len(contacts)] == [f"cafe{n}" for n in range(4 - len(contacts))]
    assert {one.offer.id: one.reasons[0].code for one in found[4 - len(contacts) :]} == contacts


def test_a_catalogue_that_tells_less_still_gives_a_contact() -> None:
    [*_, last] = best(county(tagged=False), limit=4, ratings=LONELY, level=Level.INTENSIVE)
    assert (last.offer.id, last.reasons[0].code) == ("nurse", Because.SERVICE_CONTACT)
    both = offer("social_work", kind="service", areas=["money"], leads_to=["assessment", "named_worker"])
    [only] = best(catalogue(organisation("county", both)), ratings=LONELY, level=Level.INTENSIVE)
    assert [reason.code for reason in only.reasons[:2]] == [Because.NAMED_WORKER, Because.ASSESSMENT]
    [only] = best(catalogue(organisation("county", both)), ratings=LONELY, level=Level.STRENGTHENING)
    assert only.reasons[0].code == Because.SERVICE_CONTACT


def test_no_organisation_fills_the_list_as_long_as_others_have_something() -> None:
    big = organisation("big", *(offer(f"a{n}", peers=True) for n in range(4)))
    catalog = catalogue(big, organisation("small", offer("b")))
    assert ids(best(catalog, ratings=LONELY)) == ["a0", "a1", "b", "a2", "a3"]
    assert ids(best(catalog, limit=3, ratings=LONELY)) == ["a0", "a1", "b"]


def test_different_needs_are_answered_before_the_same_one_again() -> None:
    friends = [organisation(f"f{n}", offer(f"friend{n}", peers=True)) for n in range(3)]
    catalog = catalogue(*friends, organisation("m", offer("money", areas=["money"])))
    assert ids(best(catalog, limit=2, ratings={"friends": 2, "money": 2})) == ["friend0", "money"]


@given(st.permutations([f"o{n}" for n in range(6)]), st.integers(1, 8))
def test_the_order_does_not_depend_on_the_order_of_the_files(names: list[str], limit: int) -> None:
    def made(order: list[str]) -> Catalog:
        return catalogue(*(organisation(f"of-{name}", offer(name, peers=name > "o3")) for name in order))

    found = best(made(names), limit=limit, ratings=LONELY)
    assert ids(found) == ids(best(made(sorted(names)), limit=limit, ratings=LONELY))
    assert len(found) == min(limit, 6)


def test_looking_around_by_area_and_by_door() -> None:
    shown = [
        offer("office", kind="service", doors=["take_part"], levels=["intensive"], peers=True),
        offer("cafe", areas=["money", "friends"]),
        offer("club", doors=["take_part"], peers=True),
        offer("far", municipalities=["Kemi"], doors=["take_part"]),
    ]
    catalog = catalogue(organisation("kello", *shown))
    found = by_area(catalog, "friends", today=TODAY, municipality="Jyväskylä")
    assert ids(found) == ["club", "cafe", "office"]
    assert found[0].reasons[:2] == (
        Reason(Because.PRIORITY, ("friends",)),
        Reason(Because.MAIN_AREA, ("friends",)),
    )
    assert ids(by_area(catalog, "friends", today=TODAY, limit=1)) == ["club"]
    assert by_area(catalog, "health", today=TODAY) == []
    found = by_door(catalog, "take_part", today=TODAY, language="sv")
    assert ids(found) == ["club", "far", "office"]
    assert found[0].reasons[0] == Reason(Because.DOOR, ("take_part",))


def test_a_suggestion_knows_its_organisation() -> None:
    catalog = catalogue(organisation("kello", offer("cafe")))
    [found] = best(catalog, ratings=LONELY)
    assert found.organisation.id == "kello"
    assert found.offer == an_offer("cafe")
