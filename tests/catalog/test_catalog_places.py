"""A municipality is found by its name in either language and any case, and by where somebody stands."""

from collections import Counter

import pytest
from handmade import catalogue, offer, organisation

from catalog.places import covered, distance_km, find, known, municipalities, nearest

COUNTIES = 22  # with Helsinki, without Åland


def names(text: str) -> list[str]:
    return [one.name for one in find(text, municipalities())]


def test_all_308_municipalities_are_there_once() -> None:
    found = municipalities()
    assert len(found) == len({one.name for one in found}) == 308
    sizes = Counter(one.county for one in found)
    assert len(sizes) == COUNTIES + 1
    assert (sizes["Keski-Suomi"], sizes["Pirkanmaa"], sizes["Lappi"], sizes["Åland"]) == (22, 23, 21, 16)


def test_they_lie_in_finland_and_not_upon_each_other() -> None:
    found = municipalities()
    assert all(59.7 <= one.latitude <= 70.1 and 19.5 <= one.longitude <= 31.6 for one in found)
    assert len({(one.latitude, one.longitude) for one in found}) == 308


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ("Helsinki", "Tampere", 160),
        ("Jyväskylä", "Äänekoski", 40),
        ("Oulu", "Utsjoki", 549),
        ("Turku", "Vaasa", 296),
    ],
)
def test_distances_are_those_of_the_map(one: str, other: str, kilometres: int) -> None:
    a, b = known(one), known(other)
    assert a
    assert b
    far = distance_km((a.latitude, a.longitude), (b.latitude, b.longitude))
    assert far == pytest.approx(kilometres, abs=3)


def test_there_is_no_distance_to_oneself_and_half_the_world_is_the_most() -> None:
    assert distance_km((62.24, 25.75), (62.24, 25.75)) == 0
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20_015, abs=1)


FORMS = """
Jyväskylässä Jyväskylä · Jyväskylästä Jyväskylä · Jyväskylään Jyväskylä · Äänekoskelta Äänekoski · Lahdessa Lahti
Lahteen Lahti · Helsinkiin Helsinki · Turussa Turku · Tampereella Tampere · Raahessa Raahe · Espooseen Espoo
Seinäjoella Seinäjoki · Riihimäeltä Riihimäki · Kauniaisissa Kauniainen · Varkaudessa Varkaus · Pihtiputaalla Pihtipudas
Liedossa Lieto · Vihdissä Vihti · Outokummussa Outokumpu · Uudessakaupungissa Uusikaupunki · Virroilla Virrat · Iissä Ii
Kangasalla Kangasala · Petäjävedellä Petäjävesi · Viitasaarella Viitasaari · Harjavallassa Harjavalta
Nurmeksessa Nurmes · Esbo Espoo · Helsingfors Helsinki · ÅBO Turku · Borgås Porvoo
Mänttä-Vilppulassa Mänttä-Vilppula · Pertunmaalla Mäntyharju
"""


@pytest.mark.parametrize("pair", FORMS.replace("\n", " · ").strip(" ·").split(" · "))
def test_a_name_is_known_in_any_case_and_either_language(pair: str) -> None:
    form, name = pair.split()
    one = known(form)
    assert one
    assert one.name == name


COMMON_WORDS = (
    "koko",
    "koska",
    "akka",
    "luotto",
    "mulla",
    "multa",
    "nousta",
    "kokki",
    "halsa",
    "rahaa",
    "perhe",
)


@pytest.mark.parametrize("word", COMMON_WORDS)
def test_a_common_word_is_no_place(word: str) -> None:
    assert known(word) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jyv", ["Jyväskylä"]),
        ("JYVASKYLA", ["Jyväskylä"]),
        ("kemi", ["Kemi", "Kemijärvi", "Keminmaa", "Kemiönsaari"]),
        ("ääne", ["Äänekoski"]),
        ("hels", ["Helsinki"]),
        ("ekenäs", ["Raasepori"]),
        ("jvyäskylä", ["Jyväskylä"]),
        ("Tamperelle", ["Tampere"]),
        ("viitasari", ["Viitasaari"]),
        ("xq", []),
        ("  ", []),
        ("?", []),
        ("jyväskylä" * 1000, []),
    ],
)
def test_a_few_letters_find_a_municipality(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_only_those_that_are_asked_for_are_found() -> None:
    oulu, kemi = known("Oulu"), known("Kemi")
    assert oulu
    assert kemi
    assert find("kemi", [oulu]) == []
    assert find("o", [kemi, oulu]) == [oulu]


def test_the_alphabet_is_the_finnish_one() -> None:
    assert municipalities()[0].name == "Akaa"
    assert municipalities()[-1].name == "Äänekoski"
    assert find("vasa", municipalities())[0].best("sv") == "Vasa"
    assert find("vasa", municipalities())[0].best("fi@selko") == "Vaasa"


def test_a_location_finds_the_nearest_and_none_abroad() -> None:
    one = nearest(62.60, 25.70, municipalities())
    assert one
    assert one.name == "Äänekoski"
    assert nearest(48.85, 2.35, municipalities()) is None
    assert nearest(62.60, 25.70, []) is None


def test_the_catalogue_covers_what_its_offers_name() -> None:
    swedish = offer("b", municipalities=["Helsingfors", "Nowhere"])
    everywhere = offer("c", municipalities=[], nationwide=True)
    gone = offer("d", municipalities=["Kemi"], retired_on="2026-01-01")
    catalog = catalogue(organisation("kello", offer("a"), swedish, everywhere, gone))
    assert [one.name for one in covered(catalog)] == ["Helsinki", "Jyväskylä"]
