"""The catalogue that comes with the software holds what the software promises."""

from datetime import date
from pathlib import Path

import pytest

import catalog
from catalog.loading import check, load
from catalog.schema import LeadsTo, Level, SafetyKind

FOLDER = Path(catalog.__file__).parent / "data"
DATA = load(FOLDER)


def test_it_has_no_errors_and_every_text_in_every_language_where_people_need_it() -> None:
    found = check(FOLDER, date(2026, 1, 1))
    assert [str(problem) for problem in found if problem.severity == "error"] == []
    ours = ("life_areas.yaml", "doors.yaml", "guidance.yaml", "crisis.yaml")
    untranslated = [str(one) for one in found if one.file in ours and one.message.startswith("Missing in")]
    assert untranslated == []


def test_the_areas_of_life_keep_their_ids() -> None:
    assert [area.id for area in DATA.areas] == [
        *("health", "mind", "everyday", "housing", "money", "family", "friends"),
        *("work_study", "leisure", "substances", "safety", "hope"),
    ]
    assert DATA.area("hope").name.fi == "Minäkuva ja toivo"
    assert len({area.symbol for area in DATA.areas}) == 12


def test_one_question_at_a_time() -> None:
    for area in DATA.areas:
        for locale in ("fi", "fi@selko", "sv", "en"):
            assert area.question.best(locale).count("?") == 1


def test_the_doors_fit_their_buttons() -> None:
    assert [door.id for door in DATA.doors] == [
        *("take_part", "wondering", "look_together", "assessment", "many_at_once"),
    ]
    for door in DATA.doors:
        assert all(len(door.says.best(locale)) <= 45 for locale in ("fi", "fi@selko", "sv", "en"))


def test_the_five_answers_go_from_the_best_to_the_hardest() -> None:
    assert [answer.value for answer in DATA.answers] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("kind", SafetyKind)
def test_every_kind_of_danger_leads_to_help_that_answers_at_any_hour_anywhere(kind: SafetyKind) -> None:
    contacts = DATA.crisis_contacts(DATA.crisis_need_for(kind).id, municipality="Utsjoki")
    assert "Always open" in [contact.hours.en for contact in contacts]


@pytest.mark.parametrize("need", [need.id for need in DATA.crisis.needs])
def test_swedish_speakers_are_offered_swedish_first(need: str) -> None:
    first = DATA.crisis_contacts(need, locale="sv")[0]
    assert "sv" in first.languages or need == "debts"


def test_the_numbers_are_the_known_ones() -> None:
    phones = {contact.id: contact.phone for contact in DATA.crisis.contacts}
    assert phones["emergency"] == "112"
    assert phones["medical_helpline"] == "116 117"
    assert phones["mieli_fi"] == "09 2525 0111"
    assert phones["nollalinja"] == "080 005 005"
    assert phones["victim_support"] == "116 006"
    assert phones["poison_information"] == "0800 147 111"
    assert phones["debt_line"] == "0800 9 8009"
    assert phones["children"] == "116 111"
    assert phones["social_emergency_central_finland"] == "014 266 0149"


def test_every_level_is_explained() -> None:
    assert set(DATA.guidance.level_names) == set(DATA.guidance.level_means) == set(Level)
    assert set(LeadsTo) == {"assessment", "named_worker"}
