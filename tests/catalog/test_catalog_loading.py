"""A folder of files becomes a catalogue, or a list of everything to put right."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from handmade import TODAY, Files, an_offer, catalogue, files, offer, organisation, text, write

from catalog.freshness import months_before, stale
from catalog.loading import CatalogError, Problem, check, load
from catalog.plain_yaml import parse
from catalog.schema import CrisisContact, SafetyKind


def problems(folder: Path, contents: Files, today: date = TODAY) -> list[Problem]:
    return check(write(folder, contents), today)


def test_a_good_folder_has_no_problems_and_loads(tmp_path: Path) -> None:
    assert problems(tmp_path, files()) == []
    catalog = load(tmp_path)
    assert [offer.id for offer in catalog.offers] == ["cafe", "club"]
    assert catalog.organisation_of(catalog.offer("cafe")) is catalog.organisation("kello")
    assert catalog.area("money").id == "money"
    assert catalog.door("take_part").id == "take_part"
    assert catalog.answer(5).label.best("en") == "Answer 5 en"
    assert catalog.offers_by_id.get("gone") is None
    with pytest.raises(KeyError):
        catalog.offer("gone")
    assert catalog.offers is catalog.offers  # built once


def test_a_folder_can_say_that_it_is_a_demonstration(tmp_path: Path) -> None:
    write(tmp_path, files())
    assert load(tmp_path).demonstration is False
    write(tmp_path, {"catalog.yaml": {"demonstration": True}})
    assert load(tmp_path).demonstration is True


def change(contents: Files, file: str, *path: str | int, to: object) -> None:
    """Sets the value at the path in the file."""
    at: Any = contents[file]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to


KELLO = "organisations/kello.yaml"
PLACE = {"address": "Kahvikatu 1", "municipality": "Jyväskylä"}


def give(contents: Files, **fields: object) -> None:
    """Gives the first offer these fields."""
    contents[KELLO]["offers"][0].update(fields)


ERRORS: list[tuple[str, Callable[[Files], None], tuple[str, str, str], str]] = [
    (
        "a misspelt field",
        lambda f: f[KELLO]["offers"][0].update(sumary="x"),
        (KELLO, "cafe", "sumary"),
        "Did you mean `summary`?",
    ),
    (
        "a missing field",
        lambda f: f[KELLO]["offers"][1].pop("summary"),
        (KELLO, "club", "summary"),
        "This is missing. Add it.",
    ),
    (
        "an unknown level",
        lambda f: f[KELLO]["offers"][0].update(levels=["advise"]),
        (KELLO, "cafe", "levels[0]"),
        "'advise' is not known here. Use 'advice', 'light'",
    ),
    (
        "an unknown area",
        lambda f: f[KELLO]["offers"][0].update(areas=["friends", "mony"]),
        (KELLO, "cafe", "areas[1]"),
        "`mony` is not among the areas. Did you mean `money`?",
    ),
    (
        "an unknown door",
        lambda f: f[KELLO]["offers"][0].update(doors=["take-part"]),
        (KELLO, "cafe", "doors[0]"),
        "Did you mean `take_part`?",
    ),
    (
        "an id with a space",
        lambda f: f[KELLO]["offers"][0].update(id="Café 1"),
        (KELLO, "Café 1", "id"),
        "An id has small letters",
    ),
    (
        "an id in use",
        lambda f: f[KELLO]["offers"][1].update(id="cafe"),
        (KELLO, "cafe", "id"),
        "This id belongs to another offer in organisations/kello.yaml.",
    ),
    (
        "nowhere",
        lambda f: f[KELLO]["offers"][0].pop("municipalities"),
        (KELLO, "cafe", ""),
        "say in which municipalities it is",
    ),
    (
        "no such day",
        lambda f: f[KELLO]["source"].update(date="tomorrow"),
        (KELLO, "kello", "source.date"),
        "'tomorrow' is no day. Write it like 2026-01-31.",
    ),
    (
        "a label that no button shows",
        lambda f: change(f, "doors.yaml", "doors", 0, "says", "sv", to="x" * 61),
        ("doors.yaml", "take_part", "says.sv"),
        "shows 60 characters",
    ),
    (
        "a long answer",
        lambda f: change(f, "life_areas.yaml", "answers", 0, "label", "fi", to="x" * 31),
        ("life_areas.yaml", "5", "label.fi"),
        "shows 30 characters",
    ),
    (
        "four answers",
        lambda f: f["life_areas.yaml"]["answers"].pop(),
        ("life_areas.yaml", "", "answers"),
        "now there are [2, 3, 4, 5]",
    ),
    (
        "a table of guidance with a hole",
        lambda f: f["guidance.yaml"]["rules"].pop(),
        ("guidance.yaml", "", ""),
        "no rule always matches",
    ),
    (
        "a level without a name",
        lambda f: f["guidance.yaml"]["level_names"].pop("light"),
        ("guidance.yaml", "", ""),
        "light is missing",
    ),
    (
        "an unknown crisis contact",
        lambda f: change(f, "crisis.yaml", "needs", 0, "contacts", to=["112", "113"]),
        ("crisis.yaml", "danger", "contacts[1]"),
        "`113` is not among the contacts.",
    ),
    (
        "a contact that does not answer the need",
        lambda f: change(f, "crisis.yaml", "contacts", 0, "needs", to=["debts"]),
        ("crisis.yaml", "danger", "contacts"),
        "Add `danger` to its needs.",
    ),
    (
        "help only in one town",
        lambda f: change(f, "crisis.yaml", "contacts", 0, "municipalities", to=["Jämsä"]),
        ("crisis.yaml", "danger", "contacts"),
        "Add one that serves the whole country.",
    ),
    (
        "a kind of danger that leads nowhere",
        lambda f: change(f, "crisis.yaml", "needs", 0, "kinds", to=list(SafetyKind)[1:]),
        ("crisis.yaml", "", "needs"),
        "`suicide` must lead to one crisis need, not to 0.",
    ),
    (
        "a misspelt section",
        lambda f: f["doors.yaml"].update(dors=[]),
        ("doors.yaml", "", "dors"),
        "Did you mean `doors`?",
    ),
    *(
        (name, partial(give, **fields), (KELLO, "cafe", field), message)
        for name, fields, field, message in (
            ("no recurring time", {"rrule": "FREQ=OFTEN"}, "rrule", "Write it like FREQ=WEEKLY;BYDAY=TH."),
            ("a rule without FREQ", {"rrule": "BYDAY=TH"}, "rrule", "begins with FREQ="),
            (
                "ages of nobody",
                {"for_whom": {"min_age": 30, "max_age": 20}},
                "for_whom",
                "Nobody is at least",
            ),
            (
                "an age of nobody",
                {"for_whom": {"min_age": 130}},
                "for_whom.min_age",
                "less than or equal to 120",
            ),
            (
                "no situation",
                {"for_whom": {"situations": ["yung"]}},
                "for_whom.situations[0]",
                "not known here",
            ),
            ("no language", {"languages": ["suomi"]}, "languages[0]", "`suomi` is no code of a language."),
            (
                "no number",
                {"channels": [{"kind": "phone", "value": "soita"}]},
                "channels[0].value",
                "no telephone",
            ),
            (
                "no mail",
                {"channels": [{"kind": "email", "value": "kello"}]},
                "channels[0].value",
                "no e-mail",
            ),
            ("no page", {"channels": [{"kind": "web", "value": "sivu"}]}, "channels[0].value", "no address"),
            (
                "no channel",
                {"channels": [{"kind": "fax", "value": "1234"}]},
                "channels[0].kind",
                "not known here",
            ),
            (
                "half a point",
                {"place": PLACE | {"latitude": 62.2}},
                "place",
                "give both latitude and longitude",
            ),
            (
                "abroad",
                {"place": PLACE | {"latitude": 52, "longitude": 25}},
                "place.latitude",
                "or equal to 59",
            ),
            (
                "no time",
                {"opening_hours": [{"opens": "kymmenen"}]},
                "opening_hours[0].opens",
                "no time of day",
            ),
            ("no day", {"opening_hours": [{"days": ["MA"]}]}, "opening_hours[0].days[0]", "not known here"),
            ("shut always", {"opening_hours": [{"closed": True}]}, "opening_hours[0]", "Only an exception"),
            (
                "an exception of no day",
                {"opening_hours": [{"exception": True}]},
                "opening_hours[0]",
                "certain days",
            ),
            (
                "hours that end before they begin",
                {"opening_hours": [{"valid_from": "2026-06-02", "valid_to": "2026-06-01"}]},
                "opening_hours[0]",
                "before they begin",
            ),
            ("no capacity", {"capacity": {"state": "some"}}, "capacity.state", "'some' is not known here."),
            (
                "a capacity without end",
                {"capacity": {"state": "full", "until": "soon"}},
                "capacity.until",
                "no day",
            ),
            ("neither free nor not", {"free": "perhaps"}, "free", "boolean"),
            ("verified by nobody", {"verified": {"on": "2026-05-01"}}, "verified.by", "This is missing."),
            ("a text in no language", {"get_in": {}}, "get_in", "give the text in at least one language"),
            ("a unit of nobody", {"unit": "attic"}, "unit", "not among the organisation's units"),
        )
    ),
    (
        "a contact person without an address",
        lambda f: f[KELLO].update(contact_persons=[{"name": "Leena", "email": "leena"}]),
        (KELLO, "kello", "contact_persons[0].email"),
        "no e-mail address",
    ),
    (
        "a unit's number",
        lambda f: f[KELLO].update(
            units=[{"id": "house", "name": text("House"), "channels": [{"kind": "phone", "value": "soita"}]}]
        ),
        (KELLO, "kello", "units[0].channels[0].value"),
        "no telephone number",
    ),
    (
        "no list",
        lambda f: f["doors.yaml"].update(doors=None),
        ("doors.yaml", "", "doors"),
        "A list is needed here",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "where", "message"), [case[1:] for case in ERRORS], ids=[c[0] for c in ERRORS]
)
def test_an_error_says_where_it_is_and_what_to_do(
    tmp_path: Path, spoil: Callable[[Files], None], where: tuple[str, str, str], message: str
) -> None:
    contents = files()
    spoil(contents)
    errors = [problem for problem in problems(tmp_path, contents) if problem.severity == "error"]
    assert [(one.file, one.entry, one.field) for one in errors if message in one.message] == [where]
    with pytest.raises(CatalogError) as raised:
        load(tmp_path)
    assert raised.value.problems == tuple(errors)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    contents = files()
    contents[KELLO]["offers"][0].update(sumary="x", areas=[])
    contents[KELLO]["offers"][1].update(doors=["attic"])
    contents[KELLO].pop("about")
    contents["doors.yaml"]["doors"].append({"id": "second"})
    found = {(one.entry, one.field) for one in problems(tmp_path, contents)}
    assert found >= {("cafe", "sumary"), ("cafe", "areas"), ("club", "doors[0]")}
    assert found >= {("kello", "about"), ("second", "says"), ("second", "meaning")}


BROKEN = [
    ("key: value\n  other: value\n", "line 2, column 8: mapping values are not allowed"),
    ("doors: []\ndoors: []\n", "line 2, column 1: `doors` is given twice"),
    ("just words", "The file holds no `name: value` lines."),
    ("day: 2026-02-30\n", "The file cannot be read as YAML: day"),
    ("", "The file holds no `name: value` lines."),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_a_broken_file_is_one_problem_and_hides_nothing_else(
    tmp_path: Path, content: str, message: str
) -> None:
    contents = files()
    contents[KELLO]["offers"][0].update(doors=["take_part"], areas=["attic"])
    write(tmp_path, contents)
    (tmp_path / "doors.yaml").write_text(content, encoding="utf-8")
    of_doors, of_area = check(tmp_path, TODAY)
    assert (of_doors.file, message in of_doors.message) == ("doors.yaml", True), of_doors
    assert of_area.field == "areas[0]"  # and no complaint about a door that could not be read


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    write(tmp_path, files())
    (tmp_path / "crisis.yaml").unlink()
    (tmp_path / "doors.yaml").write_bytes(b"doors: \xff")
    (tmp_path / "organisations" / "old.yml").write_text("id: old", encoding="utf-8")
    told = {one.file: (one.severity, one.message) for one in check(tmp_path, TODAY)}
    assert told["crisis.yaml"][1].startswith("The file is missing.")
    assert "UTF-8" in told["doors.yaml"][1]
    assert told["organisations/old.yml"][0] == "warning"
    assert {file for file in check(tmp_path / "nowhere", TODAY) if file.severity == "error"}


def test_handwritten_yaml_holds_no_surprises() -> None:
    assert parse("{on: 1, yes: no, phone: 0800, time: 8:30, prefix: +358401234567, open: true, age: 18}") == {
        "on": 1,
        "yes": "no",
        "phone": "0800",
        "time": "8:30",
        "prefix": "+358401234567",
        "open": True,
        "age": 18,
    }


def warnings(folder: Path, contents: Files, today: date = TODAY) -> list[tuple[str, str, str]]:
    found = problems(folder, contents, today)
    assert all(problem.severity == "warning" for problem in found)
    return [(one.entry, one.field, one.message) for one in found]


def test_a_missing_language_is_a_warning_for_the_entry(tmp_path: Path) -> None:
    contents = files()
    contents[KELLO]["offers"][0].update(
        summary="Vain suomeksi", channels=[{"kind": "phone", "value": "014 123", "label": {"en": "Call"}}]
    )
    del contents[KELLO]["offers"][1]["name"]["fi@selko"]  # a proper name needs no plain Finnish
    [(entry, _, message)] = warnings(tmp_path, contents)
    assert entry == "cafe"
    assert message == (
        "Missing in fi (channels[0].label); fi@selko (summary, channels[0].label); sv (summary, "
        "channels[0].label); en (summary). Add the translations."
    )


def test_facts_grow_old(tmp_path: Path) -> None:
    contents = files()
    old = {"name": "Home page", "date": "2025-05-31"}
    contents[KELLO]["offers"] = [
        offer("old", source=old),
        offer("seen", source=old, verified={"on": "2025-06-01", "by": "Coordinator"}),
        offer("future", source={"name": "Home page", "date": "2026-06-02"}),
    ]
    told = {entry: message for entry, _, message in warnings(tmp_path, contents)}
    assert told.keys() == {"old", "future"}
    assert "since 2025-05-31; it is good for 12 months" in told["old"]
    assert "still to come" in told["future"]


def test_crisis_contacts_grow_old_in_three_months(tmp_path: Path) -> None:
    assert warnings(tmp_path, files(), date(2026, 8, 1)) == []
    [(entry, field, message)] = warnings(tmp_path, files(), date(2026, 8, 2))
    assert (entry, field) == ("112", "verified")
    assert "good for 3 months" in message


def test_stale_is_one_rule_for_offers_and_contacts() -> None:
    contact = CrisisContact.model_validate(files()["crisis.yaml"]["contacts"][0])
    assert not stale(contact, date(2026, 8, 1))
    assert stale(contact, date(2026, 8, 2))
    activity = an_offer("cafe")
    assert not stale(activity, date(2027, 1, 15))
    assert stale(activity, date(2027, 1, 16))


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2024, 5, 31), 3, date(2024, 2, 29)),
        (date(2026, 1, 15), 3, date(2025, 10, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, earlier: date) -> None:
    assert months_before(day, months) == earlier


def test_what_could_be_better_is_no_error(tmp_path: Path) -> None:
    contents = files()
    contents["guidance.yaml"]["rules"].append({"low_at_least": 1, "level": "light"})
    contents[KELLO]["offers"][0]["name"] = dict.fromkeys(("fi", "sv", "en"), "x" * 61)
    told = {(entry, field) for entry, field, _ in warnings(tmp_path, contents)}
    assert told == {("", "rules[2]"), ("cafe", "name.fi"), ("cafe", "name.sv"), ("cafe", "name.en")}
    load(tmp_path)


def test_what_is_doubtful_is_a_warning(tmp_path: Path) -> None:
    contents = files()
    contents[KELLO]["offers"] = [
        offer("town", municipalities=["Jyväskyla"]),
        offer("place", place=PLACE | {"municipality": "Jämsa"}),
        offer("passed", capacity={"state": "full", "until": "2026-05-31"}),
        offer("endless", capacity={"state": "waiting_list"}),
        offer("open", capacity={"state": "open"}),
        offer("fine", capacity={"state": "full", "until": "2026-06-01"}),
    ]
    told = {(entry, field): message for entry, field, message in warnings(tmp_path, contents)}
    assert told.keys() == {
        ("town", "municipalities[0]"),
        ("place", "place.municipality"),
        ("passed", "capacity.until"),
        ("endless", "capacity.until"),
    }
    assert "Did you mean `Jyväskylä`?" in told["town", "municipalities[0]"]
    load(tmp_path)


def test_phrases_are_looked_at_with_the_catalogue(tmp_path: Path) -> None:
    contents = files()
    contents["phrases/hop.yaml"] = contents.pop("phrases/health.yaml")
    told = {problem.file: problem.message for problem in problems(tmp_path, contents)}
    assert told == {
        "phrases/health.yaml": "The area has no phrases and is never recognised.",
        "phrases/hop.yaml": "There is no such area. Correct its name or take it away.",
    }
    (tmp_path / "phrases" / "money.yaml").write_text("fi: [1", encoding="utf-8")
    [broken] = [problem for problem in check(tmp_path, TODAY) if problem.severity == "error"]
    assert "money.yaml cannot be read" in broken.message
    load(tmp_path)  # own words are not recognised, and everything else works
    rmtree(tmp_path / "phrases")
    assert [(one.file, one.severity) for one in check(tmp_path, TODAY)] == [("phrases", "warning")]


def test_a_folder_without_offers_is_told_so(tmp_path: Path) -> None:
    contents = files()
    contents[KELLO] = organisation("kello")
    assert [message for *_, message in warnings(tmp_path, contents)] == [
        "There is nothing to suggest yet. Add a file for an organisation with its offers."
    ]


def test_crisis_contacts_near_and_in_the_clients_language_come_first() -> None:
    catalog = catalogue()
    general = catalog.crisis.contacts[0]
    local = general.model_copy(update={"id": "local", "municipalities": ("Jämsä",), "languages": ("fi",)})
    swedish = general.model_copy(update={"id": "swedish", "languages": ("sv",)})
    need = catalog.crisis.needs[0].model_copy(update={"contacts": ("local", "112", "swedish")})
    crisis = catalog.crisis.model_copy(update={"needs": (need,), "contacts": (general, local, swedish)})
    catalog = catalog.model_copy(update={"crisis": crisis})

    def found(*place: str, locale: str = "fi") -> list[str]:
        return [contact.id for contact in catalog.crisis_contacts("danger", *place, locale=locale)]

    assert found() == ["local", "112"]
    assert found("Jämsä") == ["local", "112"]
    assert found("Kemi") == ["112"]
    assert found("Jämsä", locale="sv") == ["112", "swedish", "local"]
    assert found("Jämsä", locale="fi@selko") == ["local", "112"]
    assert "swedish" not in found(locale="en")
    assert catalog.crisis_need_for("self_harm").id == "danger"
