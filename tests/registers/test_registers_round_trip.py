"""What goes out comes in again as it was, and goes out the same: for catalogues that nobody would have thought of."""

import json
import tempfile
from datetime import date, time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_helpers import AREAS, DOORS, TODAY, make_folder
from test_registers_hsds import complaints

from catalog.entries import ForWhom, LeadsTo, Level, LifeSituation
from catalog.loading import load
from catalog.registers.hsds import import_hsds
from catalog.registers.hsds_export import export_hsds, identifier
from catalog.registers.report import Counts
from catalog.schema import Catalog, Offer, Organisation

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
said = (
    st.text(
        st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u00a0"),
        min_size=1,
        max_size=30,
    )
    .map(str.strip)
    .filter(bool)
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(str)
numbers = st.from_regex(r"\+?[0-9]{3,6}( [0-9]{3,4})?", fullmatch=True)
names = st.from_regex(r"[a-zåäö]{2,10}", fullmatch=True)
pages = names.map(lambda name: f"https://{name}.example/x")
emails = names.map(lambda name: f"info@{name}.example")


@st.composite
def text(draw: st.DrawFn) -> dict[str, str]:
    locales = draw(st.sets(st.sampled_from(["fi", "fi@selko", "sv", "en"]), min_size=1))
    return {locale: draw(said) for locale in sorted(locales)}


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def several(of: st.SearchStrategy[Any] | list[Any], least: int = 0) -> st.SearchStrategy[list[Any]]:
    strategy = st.sampled_from(of) if isinstance(of, list) else of
    return st.lists(strategy, min_size=least, max_size=3, unique_by=repr)


channels = st.one_of(
    *(
        st.builds(
            lambda kind, value, more: {"kind": kind, "value": value, **more}, st.just(kind), values, more
        )
        for kind, values, more in (
            (
                kind,
                values,
                some(label=text(), price=text(), hours=text(), languages=several(["fi", "sv", "en"], 1)),
            )
            for kind, values in (
                *(("phone", numbers), ("web", pages), ("chat", pages), ("email", emails)),
                *(("visit", said.filter(lambda place: len(place) > 1)), ("email", names), ("chat", names)),
            )
        )
    )
)
ways = st.lists(channels, max_size=5, unique_by=lambda channel: channel["value"])
points = st.builds(
    lambda *point: dict(zip(("latitude", "longitude"), point, strict=True)),
    st.floats(59.5, 70),
    st.floats(20, 31),
)
places = st.builds(
    lambda fixed, point, more: fixed | point | more,
    st.fixed_dictionaries({"address": said, "municipality": said}),
    st.just({}) | points,
    some(
        name=text(),
        postcode=st.from_regex(r"[0-9]{5}", fullmatch=True),
        accessibility=text(),
    ),
)
times = st.builds(lambda hour, minute: str(time(hour, minute)), st.integers(0, 23), st.sampled_from([0, 30]))
hours = some(
    days=several(list(DAYS), 1),
    opens=times,
    closes=times,
    closes_on=st.sampled_from(DAYS),
    weeks=st.sampled_from(["odd", "even"]),
    by_appointment=st.just(True),
    valid_from=days,
    valid_to=days,
    exception=st.just(True),
    closed=st.just(True),
)
sources = st.builds(
    lambda name, day, more: {"name": name, "date": day, **more}, said, days, some(url=pages, licence=said)
)
verified = st.fixed_dictionaries({"on": days, "by": said})
persons = st.builds(
    lambda name, more: {"name": name, **more}, said, some(title=text(), phone=numbers, email=emails)
)


@st.composite
def offers(draw: st.DrawFn, number: int, units: list[str]) -> dict[str, Any]:
    optional = some(
        doors=several(DOORS),
        levels=several([str(level) for level in Level], 1),
        for_whom=some(
            text=text(),
            min_age=st.integers(0, 120),
            max_age=st.integers(0, 120),
            close_persons=st.just(True),
            situations=several([str(one) for one in LifeSituation]),
        ),
        place=places,
        when=text(),
        opening_hours=several(hours),
        rrule=st.just("FREQ=WEEKLY;BYDAY=TH"),
        free=st.booleans(),
        cost=text(),
        languages=several(["fi", "sv", "en", "ar"], 1),
        channels=ways,
        anonymous=st.booleans(),
        get_in=text(),
        referral=text(),
        peers=st.just(True),
        capacity=st.builds(
            lambda state, more: {"state": state, **more},
            st.sampled_from(["open", "waiting_list", "full"]),
            some(until=days),
        ),
        keywords=several(said),
        leads_to=several([str(one) for one in LeadsTo]),
        verified=verified,
        unit=st.sampled_from(units) if units else st.nothing(),
    )
    towns = draw(several(said, 1))
    fixed = {
        "id": f"offer-{number}",
        "kind": draw(st.sampled_from(["activity", "service"])),
        "name": draw(text()),
        "summary": draw(text()),
        "areas": draw(several(AREAS, 1)),
        "source": draw(sources),
        "municipalities": towns,
        "nationwide": draw(st.booleans()),
    }
    return fixed | draw(optional)


@st.composite
def organisations(draw: st.DrawFn, number: int) -> dict[str, Any]:
    units = [f"unit-{number}-{one}" for one in range(draw(st.integers(0, 2)))]
    more = some(url=pages, verified=verified, contact_persons=st.lists(persons, max_size=2))
    unit = some(
        about=text(),
        place=places,
        opening_hours=several(hours),
        channels=ways,
        contact_persons=st.lists(persons, max_size=2),
    )
    return {
        "id": f"maker-{number}",
        "name": draw(text()),
        "sector": draw(st.sampled_from(["association", "county", "parish", "company"])),
        "about": draw(text()),
        "source": draw(sources),
        "units": [{"id": name, "name": draw(text()), **draw(unit)} for name in units],
        "offers": [draw(offers(number * 10 + one, units)) for one in range(draw(st.integers(1, 3)))],
    } | draw(more)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Organisation]:
    count = draw(st.integers(1, 3))
    return [Organisation.model_validate(draw(organisations(number))) for number in range(count)]


def with_organisations(empty: Catalog, made: list[Organisation]) -> Catalog:
    return empty.model_copy(update={"organisations": tuple(made), "imported": ()})


KEPT = (
    *(
        "kind",
        "name",
        "summary",
        "areas",
        "doors",
        "levels",
        "for_whom",
        "municipalities",
        "nationwide",
        "place",
    ),
    *(
        "when",
        "opening_hours",
        "rrule",
        "free",
        "cost",
        "languages",
        "anonymous",
        "get_in",
        "referral",
        "peers",
    ),
    *("capacity", "keywords", "leads_to", "source", "verified"),
)
SOME = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SOME
@given(made=catalogues())
def test_out_in_and_out_again_is_the_same(made: list[Organisation]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, first, second = (
            make_folder(Path(place)),
            Path(place) / "first.json",
            Path(place) / "second.json",
        )
        export_hsds(with_organisations(load(folder), made), first)
        exported = json.loads(first.read_text("utf-8"))
        assert complaints(exported) == []
        report = import_hsds(first, folder, today=TODAY)
        assert (report.warned, dict(report.left_out)) == (0, {})
        export_hsds(load(folder), second)
        by_id = {one["id"]: one for one in json.loads(second.read_text("utf-8"))}
        assert by_id == {one["id"]: one for one in exported}


@SOME
@given(made=catalogues())
def test_in_out_and_in_again_is_the_same(made: list[Organisation]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, first, second = (
            make_folder(Path(place)),
            Path(place) / "first.json",
            Path(place) / "second.json",
        )
        export_hsds(with_organisations(load(folder), made), first)
        import_hsds(first, folder, today=TODAY)
        before = load(folder)
        export_hsds(before, second)
        report = import_hsds(second, folder, today=TODAY)
        after = load(folder)
        assert report.offers == Counts(unchanged=len(after.offers))
        assert report.organisations == Counts(unchanged=len(after.organisations))
        assert {offer.id: offer for offer in before.offers} == {offer.id: offer for offer in after.offers}
        assert before.organisations_by_id == after.organisations_by_id


def test_a_chat_that_is_known_by_a_name_does_not_become_a_page() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, out = make_folder(Path(place)), Path(place) / "out.json"
        source = {"name": "x", "date": "2026-10-01"}
        offer = {
            "id": "own-chat",
            "kind": "activity",
            **{field: {"fi": "Juttelu"} for field in ("name", "summary")},
            "areas": ["friends"],
            "nationwide": True,
            "channels": [
                {"kind": "chat", "value": "juttelu"},
                {"kind": "chat", "value": "https://chat.example/a"},
            ],
            "source": source,
        }
        own = {"id": "own", "name": "Oma", "sector": "association", "about": "Oma", "source": source}
        made = Organisation.model_validate({**own, "offers": [offer]})
        export_hsds(with_organisations(load(folder), [made]), out)
        import_hsds(out, folder, today=TODAY)
        [found] = load(folder).offers
        assert {(one.kind, one.value) for one in found.channels} == {
            ("chat", "juttelu"),
            ("chat", "https://chat.example/a"),
        }


def kept(offer: Offer) -> dict[str, Any]:
    """For whom it is may be given and say nothing, which is the same as not given."""
    found = {field: getattr(offer, field) for field in KEPT}
    return {**found, "for_whom": found["for_whom"] if found["for_whom"] != ForWhom() else None}


@SOME
@given(made=catalogues())
def test_an_entry_comes_back_as_it_went(made: list[Organisation]) -> None:
    """But for its id and what an export may not tell: where our own entry came from."""
    with tempfile.TemporaryDirectory() as place:
        folder, first = make_folder(Path(place)), Path(place) / "first.json"
        export_hsds(with_organisations(load(folder), made), first)
        import_hsds(first, folder, today=TODAY)
        back = {offer.origin.id: offer for offer in load(folder).offers if offer.origin}
        for offer in (one for maker in made for one in maker.offers):
            found = back[identifier("offer", offer)]
            assert kept(found) == kept(offer)
            assert {(one.kind, one.value) for one in found.channels} == {
                (one.kind, one.value) for one in offer.channels
            }
