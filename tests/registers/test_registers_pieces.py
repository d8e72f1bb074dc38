"""The pieces an import is made of: texts, places, opening hours and the table of areas."""

from datetime import date
from pathlib import Path

import pytest
from register_helpers import AREAS, DOORS, SHIPPED, TODAY

from catalog.entries import OpeningHours
from catalog.registers.hours import clock, day_of, in_words, row
from catalog.registers.mapping import Mapping, Term
from catalog.registers.places import Towns, degrees_of
from catalog.registers.ptv_rows import compact_id, phone_number, web_address
from catalog.registers.report import RegisterError
from catalog.registers.spool import Spool
from catalog.registers.texts import plain, short


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Apua velkoihin. ", "Apua velkoihin."),
        ("Apua\n\n* tulot\n* menot\r\n• velat", "Apua – tulot – menot – velat"),
        ("<p>Apua &amp; neuvoja</p><br/>heti", "Apua & neuvoja heti"),
        ("alle <18 v, A & B, 5 < 6 > 4", "alle <18 v, A & B, 5 < 6 > 4"),
        ("**Tärkeää**: [lue](https://a.example/x_y(1)) ja _soita_", "Tärkeää: lue ja soita"),
        ("# Otsikko\ntekstiä", "Otsikko tekstiä"),
        ("snake_case_sana ja 2*3*4", "snake_case_sana ja 2*3*4"),
        ("sitova\u00a0väli", "sitova väli"),
        ('<a href="https://a.example">Linkki</a>', "Linkki"),
        ("", ""),
    ],
)
def test_markup_goes_and_words_stay(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_a_long_text_ends_with_a_sentence_or_a_word() -> None:
    assert short("Lyhyt.", 10) == "Lyhyt."
    assert short("Eka lause. Toka lause on pitkä ja jatkuu.", 20) == "Eka lause."
    assert short("Sanoja ilman pisteitä joita on liikaa", 20) == "Sanoja ilman…"
    assert len(short("x" * 500, 100)) <= 100


def test_coordinates_of_the_finnish_map() -> None:
    """Known points: the railway square of Helsinki, the centre of Jyväskylä, and one on the central meridian."""
    for metres, expected in (
        ((6672118.38, 385611.32), (60.1699, 24.9384)),
        ((6901836.20, 434912.23), (62.2426, 25.7473)),
        (("7754721.46", "500000"), (69.9, 27.0)),
    ):
        assert degrees_of(*metres) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "metres", [(None, 1), ("", ""), ("north", "east"), (60.17, 24.94), ("nan", "inf"), (9e9, 1)]
)
def test_what_is_no_point_in_finland_is_none(metres: tuple[object, object]) -> None:
    assert degrees_of(*metres) is None


def test_a_number_means_nothing_without_its_kind() -> None:
    towns = Towns.of_finland()
    assert len(towns.by_code) == 308
    assert "Pori" in towns.names([("county", "06")])[0]
    assert "Tampere" in towns.names([("region", "06")])[0]
    assert len(towns.names([("region", "01")])[0]) == 26
    assert towns.names([("municipality", "019"), ("municipality", "999")]) == (["Aura"], ["municipality 999"])
    assert (towns.find("ÅBO"), towns.find("179"), towns.find("Ankkalinna")) == ("Turku", "Jyväskylä", None)


def test_towns_learn_what_is_new_and_keep_what_they_know() -> None:
    towns = Towns.of_finland()
    towns.learn("999", {"fi": "Uusikunta"})
    towns.learn("179", {"fi": "Väärä"})
    towns.learn("40100", {"fi": "JYVÄSKYLÄ"})
    towns.learn("99999", {"fi": "KORVATUNTURI"})
    assert towns.by_code["999"] == "Uusikunta"
    assert towns.by_code["179"] == "Jyväskylä"
    assert (towns.by_postcode("40100"), towns.by_postcode("99999")) == ("Jyväskylä", "Korvatunturi")
    assert Towns.of_finland().by_code.get("999") is None


WEEK = ["MO", "TU", "WE", "TH", "FR"]
HOURS = [
    ([row(WEEK, "09:00", "12:00")], "Ma–pe klo 9–12"),
    ([row(WEEK, "08:00", "11:30"), row(WEEK, "12:30", "16:00")], "Ma–pe klo 8–11.30 ja 12.30–16"),
    ([row(["TU", "TH"], "10:00", "15:00", by_appointment=True)], "Ti, to klo 10–15 (vain ajanvarauksella)"),
    ([row(["FR"], "18:00", "06:00", closes_on="MO")], "Pe klo 18 – ma klo 6"),
    ([row(["MO"], "00:00", "00:00")], "Ma ympäri vuorokauden"),
    ([row(["FR"], "18:00", "00:00")], "Pe klo 18–24"),
    ([{"opens": "00:00", "closes": "00:00"}], "Aina auki, yötä päivää"),
    ([row(["TU"], "17:00", "19:00", weeks="even")], "Ti klo 17–19 (parillisilla viikoilla)"),
    ([row(["TU"], "17:00", "19:00", valid_to="2026-12-15")], "Ti klo 17–19 (15.12.2026 asti)"),
    ([row(["TU"], "17:00", "19:00", valid_from="2027-01-01")], "Ti klo 17–19"),
    ([row(WEEK, "09:00", "10:00"), {"exception": True, "closed": True}], "Ma–pe klo 9–10"),
    ([], None),
]


@pytest.mark.parametrize(("rows", "expected"), HOURS)
def test_hours_as_people_say_them(rows: list[dict[str, object]], expected: str | None) -> None:
    said = in_words(rows, TODAY)
    assert said.get("fi") == expected
    assert not said or set(said) == {"fi", "fi@selko", "sv", "en"}
    for one in rows:
        OpeningHours.model_validate(one)


def test_plain_finnish_has_no_abbreviations() -> None:
    said = in_words([row(["TU", "TH"], "10:00", "15:00", by_appointment=True)], TODAY)
    assert said["fi@selko"] == "Tiistaisin ja torstaisin kello 10–15 (varaa aika ensin)"
    assert in_words([row(WEEK, "9:00", "12:00")], TODAY)["fi@selko"] == "Maanantaista perjantaihin kello 9–12"


def test_times_and_days_of_registers() -> None:
    assert [clock(one) for one in ("9:00", "09:00:00", "24:00", "25:00", "x", None, 9)] == [
        *("09:00", "09:00", "00:00"),
        *(None, None, None, None),
    ]
    assert day_of("2026-12-23T22:00:00Z") == date(2026, 12, 24)  # already Christmas Eve in Finland
    assert day_of("2026-10-12T06:31:09.847201") == day_of("2026-10-12") == date(2026, 10, 12)
    assert [day_of(one) for one in ("", "2026-13-01", "yesterday!", None, 5)] == [None] * 5


def test_numbers_and_addresses() -> None:
    assert phone_number("+358", "110000101") == "0110000101"
    assert phone_number("+46", "70 123") == "+46 70123"
    assert phone_number("", "116117") == "116117"
    assert phone_number("+358", "ei ole") == ""
    assert web_address("tukinet.net") == "https://tukinet.net"
    assert web_address("ei ole") == web_address("") == ""


def test_an_id_fits_a_button_whatever_the_register_calls_it() -> None:
    assert compact_id("ptv", "654706AA-EDE6-5715-B0A8-074938C14CA7") == "ptv-654706aaede65715b0a8074938c14ca7"
    strange = compact_id("hsds", "Palvelu 1/ä")
    assert strange == compact_id("hsds", "Palvelu 1/ä")
    assert len(strange) <= 40


def test_a_heap_on_the_disk_keeps_the_last_of_each() -> None:
    with Spool() as spool:
        for number in range(1000):
            owner = "odd" if number % 2 else "\ud800"
            spool.put(str(number % 10), {"number": number, "text": "ä" * number}, owner)
        assert len(spool) == 10
        assert spool.get("3")["number"] == 993
        assert list(spool.owners()) == ["\ud800", "odd"]
        assert list(spool.keys()) == [str(number) for number in range(10)]
        assert [row["number"] for row in spool.of("odd")] == [991, 993, 995, 997, 999]
        assert list(spool.of("nobody")) == []
        assert spool.get("nobody") is None
        assert "3" in spool
        assert "nobody" not in spool
        assert not spool.add("3", {"number": 0})
        assert spool.get("3")["number"] == 993
        assert spool.add("new", {"number": 0})


def table(folder: Path = SHIPPED) -> Mapping:
    return Mapping.load(folder, "ptv", AREAS, DOORS)


def test_classes_events_and_terms_vote_together() -> None:
    found = table().find(
        [Term("P15.1"), Term("P4.13")], [Term("KE9"), Term("http://x/p1", "velkaneuvonta")], "Velkaneuvonta"
    )
    assert found.areas == ["money", "everyday"]
    assert found.doors == ["look_together"]
    assert found.situations == ["indebted"]


def test_a_class_goes_by_the_one_above_it() -> None:
    assert table().find([Term("P15.99")], [], "x").areas == ["money"]
    assert table().find([Term("P16.4.2")], [], "x").not_for_us


def test_the_longer_word_counts() -> None:
    assert table().find([], [Term("t", "perheväkivalta")], "").areas[0] == "safety"
    assert table().find([], [Term("t", "perhetyö")], "").areas[0] == "family"


def test_what_is_nowhere_in_the_table_is_told() -> None:
    found = table().find([Term("X1", "Tuntematon")], [], "Nimetön")
    assert found.areas == []
    assert [term.label for term in found.unmapped] == ["X1 Tuntematon"]


def test_a_table_of_ones_own_is_used_and_checked(folder: Path) -> None:
    own = folder / "registers" / "ptv_areas.yaml"
    own.parent.mkdir()
    own.write_text(
        "classes: {P15.1: [housing]}\nterms: {p5: [mind]}\nwords: {hope: [[toivo], [hopp]]}\n", "utf-8"
    )
    ours = table(folder)
    assert ours.find([Term("P15.1")], [Term("http://yso/p5"), Term("t", "hopp")], "").areas == [
        *("housing", "mind", "hope"),
    ]
    own.write_text("classes: {P15.1: [cash]}\ndoors: {P1: [window]}", "utf-8")
    with pytest.raises(RegisterError) as raised:
        table(folder)
    assert "`cash` is not among the areas" in str(raised.value)
    assert "`window` is not among the doors" in str(raised.value)
    for broken in ("classes: [", "clases: {}", "classes: {P1: 5}"):
        own.write_text(broken, "utf-8")
        with pytest.raises(RegisterError, match=r"registers/ptv_areas\.yaml"):
            table(folder)


@pytest.mark.parametrize("register", ["ptv", "hsds"])
def test_the_shipped_tables_know_our_areas_only(register: str) -> None:
    from catalog.plain_yaml import parse

    raw = parse((SHIPPED / "registers" / f"{register}_areas.yaml").read_text("utf-8"))
    named = {
        area
        for part in ("classes", "events", "terms")
        for ids in (raw.get(part) or {}).values()
        for area in ids
    }
    assert named | set(raw["words"]) <= set(AREAS)
    assert set(raw["words"]) == set(AREAS)
    Mapping.load(SHIPPED, register, AREAS, DOORS)
