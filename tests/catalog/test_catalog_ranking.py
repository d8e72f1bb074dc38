"""Each reason for a suggestion is one term of the formula; together they put offers into order."""

from datetime import date
from typing import Any

import pytest
from handmade import TODAY, an_offer, catalogue, offer, organisation
from hypothesis import given
from hypothesis import strategies as st

from catalog.freshness import stale
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


IN_KEMI = {"address": "Quay 1", "municipality": "Kemi", "latitude": 65.736, "longitude": 24.566}
IN_ROVANIEMI = {"address": "Market 2", "municipality": "Rovaniemi"}
AT_KEMI_STATION = (65.738, 24.578)

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
    ({"age": 25}, {"for_whom": {"min_age": 18, "max_age": 29}}, {Because.AGE: ("25",)}),
    ({"age": 25}, {"for_whom": {"min_age": 18}}, {}),
    ({"age": 70}, {"for_whom": {"min_age": 60}}, {Because.AGE: ("70",)}),
    ({"age": 70}, {}, {}),
    ({"municipality": "Kemi"}, {}, {Because.MUNICIPALITY: ("Kemi",)}),
    ({"municipality": "Kemi"}, {"municipalities": [], "nationwide": True}, {Because.NATIONWIDE: ()}),
    ({"position": AT_KEMI_STATION}, {"place": IN_KEMI}, {Because.NEAR: ("1",)}),
    (
        {"municipality": "Kemi"},
        {"place": IN_KEMI},
        {Because.MUNICIPALITY: ("Kemi",), Because.NEAR: ("1", "Kemi")},
    ),
    (
        {"municipality": "Kemi"},
        {"place": IN_ROVANIEMI},
        {Because.MUNICIPALITY: ("Kemi",), Because.FAR: ("100", "Kemi")},
    ),
    (
        {"position": AT_KEMI_STATION},
        {"place": IN_ROVANIEMI, "nationwide": True, "municipalities": []},
        {Because.NATIONWIDE: ()},
    ),
    ({"language": "sv"}, {"languages": ["fi", "sv"]}, {Because.LANGUAGE: ("sv",)}),
    ({"language": "fi@selko"}, {"languages": ["fi"]}, {Because.LANGUAGE: ("fi",)}),
    ({"anonymous": True}, {"anonymous": True}, {Because.ANONYMOUS: ()}),
    ({"answering": frozenset({"kello"})}, {}, {Because.ANSWERS: ()}),
    ({"answering": frozenset({"muu"})}, {}, {}),
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


# --- who it is for, where and when


def test_what_is_for_another_age_is_left_out_when_the_age_is_known() -> None:
    young = offer("young", for_whom={"min_age": 13, "max_age": 17})
    catalog = catalogue(organisation("a", young), organisation("b", offer("all")))
    assert ids(best(catalog, ratings=LONELY, age=17)) == ["young", "all"]
    assert ids(best(catalog, ratings=LONELY, age=18)) == ["all"]
    assert set(ids(best(catalog, ratings=LONELY))) == {"young", "all"}


def around_jyvaskyla() -> Catalog:
    """Jyväskylä, its neighbour Muurame 13 km away, Äänekoski 40 km away, and the whole country."""
    made = [
        offer("town", municipalities=["Jyväskylä"]),
        offer("next", municipalities=["Muurame"]),
        offer("office", kind="service", municipalities=["Muurame"]),
        offer("farther", municipalities=["Äänekoski"]),
        offer("everywhere", municipalities=[], nationwide=True),
    ]
    return catalogue(*(organisation(f"of-{one['id']}", one) for one in made))


@pytest.mark.parametrize(
    ("place", "reached"),
    [
        ({"municipality": "Jyväskylä"}, {"town", "everywhere"}),
        ({"municipality": "Jyväskylä", "position": (62.24, 25.75)}, {"town", "everywhere", "next"}),
        ({"position": (62.24, 25.75)}, {"town", "everywhere", "next"}),
        ({"position": (62.60, 25.73)}, {"farther", "everywhere"}),
        ({"position": (48.85, 2.35)}, {"town", "next", "office", "farther", "everywhere"}),
        ({}, {"town", "next", "office", "farther", "everywhere"}),
    ],
)
def test_a_sent_location_reaches_activities_in_the_next_municipality(
    place: dict[str, Any], reached: set[str]
) -> None:
    assert set(ids(best(around_jyvaskyla(), ratings=LONELY, **place))) == reached
    assert set(ids(by_area(around_jyvaskyla(), "friends", today=TODAY, **place))) == reached


def test_a_municipality_is_the_same_in_either_language() -> None:
    catalog = catalogue(organisation("a", offer("it", municipalities=["Helsingfors"])))
    [found] = best(catalog, ratings=LONELY, municipality="Helsinki")
    assert Reason(Because.MUNICIPALITY, ("Helsinki",)) in found.reasons


def test_what_is_retired_or_hidden_is_never_suggested() -> None:
    made = [offer("here"), offer("gone", retired_on="2026-01-01"), offer("hidden", hidden=True)]
    catalog = catalogue(organisation("kello", *made))
    assert ids(best(catalog, ratings=LONELY)) == ["here"]
    assert ids(by_area(catalog, "friends", today=TODAY)) == ["here"]


@given(st.dates(date(2020, 1, 1), date(2027, 1, 1)), st.dates(date(2022, 1, 1), date(2027, 1, 1)))
def test_what_is_said_to_be_fresh_is_not_shown_with_a_caution(known_on: date, today: date) -> None:
    catalog = catalogue(organisation("a", offer("it", source={"name": "Leaflet", "date": known_on})))
    [found] = best(catalog, today=today, ratings=LONELY)
    fresh = Because.VERIFIED_RECENTLY in {reason.code for reason in found.reasons}
    assert fresh is not stale(found.offer, today)


# --- what is full


def full_and_free() -> Catalog:
    """The full one is the best in everything else."""
    full = offer("full", capacity={"state": "full"}, peers=True, doors=["take_part"], anonymous=True)
    free = offer("free", areas=["health", "friends"], doors=["take_part"])
    service = offer("office", kind="service", doors=["take_part"])
    return catalogue(organisation("a", full), organisation("b", free), organisation("c", service))


def test_what_is_full_comes_last_and_says_so() -> None:
    catalog = full_and_free()
    asked = {"ratings": {"friends": 1}, "priorities": ("friends",), "anonymous": True}
    for found in (
        best(catalog, **asked),
        by_area(catalog, "friends", today=TODAY),
        by_door(catalog, "take_part", today=TODAY),
    ):
        assert ids(found) == ["free", "office", "full"]
        assert Because.FULL in {reason.code for reason in found[-1].reasons}


def test_what_is_full_is_still_told_when_there_is_nothing_else() -> None:
    only = catalogue(organisation("a", offer("full", capacity={"state": "full"})))
    assert ids(best(only, ratings=LONELY)) == ["full"]


def test_it_is_full_only_as_long_as_that_was_said_to_hold() -> None:
    full = offer("a", capacity={"state": "full", "until": "2026-06-01"}, peers=True)
    catalog = catalogue(organisation("x", full), organisation("y", offer("b")))
    assert ids(best(catalog, ratings=LONELY)) == ["b", "a"]
    assert ids(best(catalog, ratings=LONELY, today=date(2026, 6, 2))) == ["a", "b"]


# --- the whole

AREAS = ("friends", "money", "health")

made_offers = st.builds(
    dict,
    kind=st.sampled_from(["activity", "service"]),
    areas=st.lists(st.sampled_from(AREAS), min_size=1, max_size=3, unique=True),
    levels=st.lists(st.sampled_from(["advice", "light"]), min_size=1, unique=True),
    municipalities=st.lists(st.sampled_from(["Kemi", "Tornio", "Vaasa"]), min_size=1, unique=True),
    nationwide=st.booleans(),
    peers=st.booleans(),
    capacity=st.sampled_from([None, {"state": "full"}, {"state": "waiting_list"}]),
    languages=st.sampled_from([["fi"], ["sv"], ["fi", "sv"]]),
)
made_situations = st.builds(
    dict,
    ratings=st.dictionaries(st.sampled_from(AREAS), st.integers(1, 5)),
    priorities=st.lists(st.sampled_from(AREAS), max_size=2).map(tuple),
    municipality=st.sampled_from([None, "Kemi", "Torneå"]),
    level=st.sampled_from([Level.ADVICE, Level.LIGHT]),
    language=st.sampled_from(["fi", "sv", "fi@selko"]),
)


@given(st.lists(made_offers, max_size=7), made_situations, st.integers(1, 4))
def test_a_score_is_the_sum_of_what_is_told_and_the_best_come_first(
    offers: list[dict[str, Any]], situation: dict[str, Any], limit: int
) -> None:
    catalog = catalogue(*(organisation(f"of{n}", offer(f"o{n}", **one)) for n, one in enumerate(offers)))
    everything = best(catalog, limit=100, **situation)
    for found in everything:
        assert found.score == sum(WEIGHTS[reason.code] for reason in found.reasons)
        assert len(found.reasons) == len(set(found.reasons))
    assert len(best(catalog, limit=limit, **situation)) == min(limit, len(everything))
    for area in AREAS:
        shown = by_area(catalog, area, today=TODAY)
        order = [(is_full(one), one.offer.kind != "activity", -one.score, one.offer.id) for one in shown]
        assert order == sorted(order)


def is_full(suggestion: Suggestion) -> bool:
    return Because.FULL in {reason.code for reason in suggestion.reasons}
