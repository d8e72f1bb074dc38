"""What the screening promises to a client in danger, and to one who is not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import catalog
from bot.core.safety import SafetyScreen, Screening
from catalog.safety_data import SafetyData, load_safety_data

HERE = Path(__file__).parent
SETS = ["evaluation", "second", "third", "fourth", "fifth", "sixth", "seventh"]
CALM = "Hei, olen tullut juuri töistä kotiin ja halusin kysyä yhdestä ryhmästä. "


def read(name: str) -> dict[str, list[Any]]:
    content: dict[str, list[Any]] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


SCREEN = SafetyScreen(load_safety_data(Path(catalog.__file__).parent / "data" / "safety"))
screen = SCREEN.screen


# ---- What is heard, and what is not


@pytest.mark.parametrize("name", SETS)
def test_an_evaluation_set_keeps_its_floor(name: str) -> None:
    cases = [case for language in read(name).values() for case in language]
    alarms = [text for text, lowest, *_ in cases if lowest >= 2]
    calm = [text for text, _, highest, *_ in cases if highest <= 1]
    missed = [text for text in alarms if screen(text).level < 2]
    false = [text for text in calm if screen(text).level >= 2]
    assert len(missed) <= 0.02 * len(alarms), missed
    assert len(false) <= 0.04 * len(calm), false


@pytest.mark.parametrize("name", SETS)
def test_levels_stay_inside_what_is_right(name: str) -> None:
    cases = [case for language in read(name).values() for case in language]
    outside = [case for case in cases if not case[1] <= screen(case[0]).level <= case[2]]
    assert len(outside) <= 0.04 * len(cases), outside


@pytest.mark.parametrize("name", SETS)
def test_kinds_are_mostly_right(name: str) -> None:
    cases = [case for language in read(name).values() for case in language if len(case) == 4 and case[1] >= 2]
    wrong = [(*case, screen(case[0])) for case in cases if screen(case[0]).kind != case[3]]
    assert len(wrong) <= 0.05 * len(cases), wrong


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_must_be_heard_is_heard(language: str) -> None:
    assert [text for text in read("must_hear")[language] if screen(text).level < 2] == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_everyday_talk_is_let_through(language: str) -> None:
    assert [text for text in read("must_pass")[language] if screen(text).level > 1] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("otin kaikki pillerit", "poisoning"),
        ("olen sillalla ja hyppään", "suicide"),
        ("tapan itseni nyt", "suicide"),
        ("mies hakkaa mua just nyt", "violence"),
        ("vedin yliannostuksen", "poisoning"),
        ("rintaan sattuu enkä saa henkeä", "medical"),
        ("mä aion tappaa sen tänään", "violence"),
        ("har tagit alla tabletterna", "poisoning"),
        ("I took all my pills", "poisoning"),
        ("he is hitting me right now", "violence"),
    ],
)
def test_what_is_going_on_now_is_immediate_danger(text: str, kind: str) -> None:
    assert screen(text) == Screening(3, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mä en jaksa enää elää", "suicide"),
        ("kaikki ois parempi ilman mua", "suicide"),
        ("viiltelen", "self_harm"),
        ("mun mies hakkaa mua", "violence"),
        ("uhkaa tappaa", "violence"),
        ("ravistin vauvaa", "child"),
        ("mun kaveri aikoo tappaa itsensä", "suicide"),
        ("min son vill dö", "suicide"),
        ("don't want to be here anymore", "suicide"),
        ("kms", "suicide"),
    ],
)
def test_thoughts_and_violence_are_level_two_of_their_kind(text: str, kind: str) -> None:
    assert screen(text) == Screening(2, kind)


@pytest.mark.parametrize(
    "text", ["en jaksa enää", "kaikki on toivotonta", "orkar inte mer", "I feel hopeless"]
)
def test_deep_distress_is_level_one(text: str) -> None:
    assert screen(text) == Screening(1, "distress")


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "👍", "12345", "?", "\x00", "-", "ok", "Kiitos!", "💊💊💊"]
)
def test_nothing_said_is_no_danger(text: str) -> None:
    assert screen(text) == Screening(0, None)


# ---- However it is written


@pytest.mark.parametrize(
    "text",
    [
        "HALUAN KUOLLA",
        "haluun kuollaaaa",
        "haluuuun kuolla",
        "h a l u a n  k u o l l a",
        "haluan k u o l l a",
        "H.A.L.U.A.N K.U.O.L.L.A",
        "haluankuolla",
        "enjaksaenääelää",
        "haluan😭kuolla😭",
        "haluna kuolla",
        "haluan kuola",
        "halusn kuolla",
        "haluan ku*lla",
        "haluan ku0lla",
        "en jaksa enaa elaa",
        "en jaksa... enää... elää",
        "en\njaksa\nenää\nelää",
        "itsmurha pyörii mielessä",
        "itse murhaa mietin",
        "halu\u00adan kuol\u200bla",
        "haluan\u00a0kuolla",
        "ｈａｌｕａｎ ｋｕｏｌｌａ",
        "i don’t want to live",
        "jag vill do",
    ],
)
def test_spelling_does_not_hide_it(text: str) -> None:
    assert screen(text).level >= 2


@pytest.mark.parametrize(
    "text", ["haluan kuulla lisää", "tapaan itseni näköisiä ihmisiä", "viitekehys", "tapaaminen"]
)
def test_a_word_that_looks_alike_is_not_taken_for_it(text: str) -> None:
    assert screen(text).level == 0


@pytest.mark.parametrize(
    "text", ["haluun kuolla", "tapan itteni", "mun mies hakkaa mua", "jag vill dö", "I want to die"]
)
def test_one_sentence_in_the_middle_of_a_long_text_is_found(text: str) -> None:
    long = CALM * 21 + text + ". " + CALM * 21
    assert len(long) > 3000
    assert screen(long).level >= 2


@pytest.mark.parametrize(
    "text",
    ["oon suicidal", "haluun vaan end it all", "jag vill die, haluan kuolla", "mä teen det nu, tapan itteni"],
)
def test_languages_may_be_mixed(text: str) -> None:
    assert screen(text).level >= 2


@pytest.mark.parametrize("name", SETS)
def test_calm_words_around_do_not_hush_an_alarm(name: str) -> None:
    alarms = [case[0] for language in read(name).values() for case in language if case[1] >= 2]
    heard = [text for text in alarms if screen(text).level >= 2]
    assert [text for text in heard if screen(f"{CALM}\n{text}\n{CALM}").level < 2] == []


# ---- What is only said of something else


@pytest.mark.parametrize(
    "text",
    [
        "en ole itsetuhoinen",
        "en aio tappaa itseäni",
        "ei ole itsemurha-ajatuksia",
        "itsemurhaa en harkitse",
        "jag vill inte dö",
        "I would never kill myself",
        "katsoin dokumentin, jossa isä hakkaa lasta",
        "luin uutisista, että itsemurhat ovat vähentyneet",
        "nuorena viiltelin, mutta siitä on kaksikymmentä vuotta",
        "mistä saa apua itsemurhan tehneen läheiselle",
        "isäni teki itsemurhan vuosia sitten",
    ],
)
def test_denied_told_or_long_past_is_no_alarm(text: str) -> None:
    assert screen(text).level <= 1


@pytest.mark.parametrize(
    "text",
    [
        "katsoin elokuvaa ja viiltelen itseäni",
        "koira kuoli eilen ja haluan kuolla",
        "isäni teki itsemurhan ja mulla on itsemurha-ajatuksia",
        "lapsena minua hakattiin ja nyt mieheni hakkaa minua",
        "lääkäri ei auta, otin kaikki pillerit",
        "en halua sanoa tätä mut haluan kuolla",
        "en uskalla kertoa kellekään että haluan kuolla",
        "en tiedä mitä tehdä haluan kuolla",
        "tapan itseni ei kukaan auta",
        "en halua kuolla mutta en jaksa elää",
        "en halua mitään muuta kuin kuolla",
        "en pysty lopettamaan viiltelyä",
    ],
)
def test_talk_of_something_else_does_not_hush_what_is_said_of_oneself(text: str) -> None:
    assert screen(text).level >= 2


# ---- Whatever comes


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_an_answer_and_always_the_same(text: str) -> None:
    found = screen(text)
    assert found == screen(text)
    assert found.level in (0, 1, 2, 3)
    assert (found.kind is None) == (found.level == 0)


@pytest.mark.parametrize(
    "piece",
    ["a", "ab", " ", ". ", ",", "en", "en ", "haluan en kuolla ", "en halua kuolla ", "k u o l l a ", "mies lyö ",
     "tapan aikaa ", "aaabbb", "😭", "1", "a\u0301", "\ufdfa", "*", "a*", "haluankuolla", "kuolla, ", "a.b.c "],
)  # fmt: skip
def test_a_hundred_thousand_letters_do_not_stall_it(piece: str) -> None:
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    begun = time.process_time()
    screen(text)
    assert time.process_time() - begun < 2.0  # a fraction of that on a quiet machine


def test_a_long_message_is_screened_in_a_moment() -> None:
    text = "".join(
        f"{case[0]}. " for language in read("seventh").values() for case in language if case[2] <= 1
    )
    text = (text * 3)[:4000]
    begun = time.process_time()
    for _ in range(5):
        screen(text)
    assert (time.process_time() - begun) / 5 < 0.1


# ---- The phrases as data


def data(**language: Any) -> dict[str, Any]:
    return {"languages": [{"language": "fi", "classes": {"not": "en ei"}, **language}]}


def test_a_rule_is_only_its_data() -> None:
    rule = {"level": 2, "kind": "suicide", "says": "haluan ~1 kuolla", "now": True}
    own = SafetyScreen(SafetyData.model_validate(data(rules=[rule], classes={"not": "en", "now": "nyt"})))
    assert own.screen("haluan vain kuolla") == Screening(2, "suicide")
    assert own.screen("haluan kuolla nyt") == Screening(3, "suicide")
    assert own.screen("haluan vain ja ainoastaan kuolla") == Screening()
    assert own.screen("en haluan kuolla") == Screening()
    assert own.screen("tapan itseni") == Screening()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": [{"level": 2, "kind": "suicide", "says": "<nosuch> kuolla"}]},
        {"rules": [{"level": 2, "kind": "suicide", "says": "haluan", "unless": "nosuch"}]},
        {"rules": [{"level": 2, "kind": "suicide", "says": "haluan (kuolla"}]},
        {"rules": [{"level": 2, "kind": "suicide", "near": "haluan ~2 kuolla"}]},
        {"rules": [{"level": 4, "kind": "suicide", "says": "haluan"}]},
        {"rules": [{"level": 2, "kind": "sadness", "says": "haluan"}]},
        {"rules": [{"level": 2, "kind": "suicide", "say": "haluan"}]},
        {"rules": [{"level": 2, "kind": "suicide"}]},
        {"classes": {"die": "kuo-lla"}},
        {"misspelt": "nosuch"},
        {"sayings": "<nosuch> aikaa"},
    ],
)
def test_a_mistake_in_the_phrases_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        SafetyData.model_validate(data(**wrong))


def test_a_folder_without_phrases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no safety phrases"):
        load_safety_data(tmp_path)


def test_files_of_one_language_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("language: fi\nclasses: {die: kuolla}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        "language: fi\nrules: [{level: 2, kind: suicide, says: haluan <die>}]\n", encoding="utf-8"
    )
    assert SafetyScreen(load_safety_data(tmp_path)).screen("haluan kuolla").level == 2
