"""What a client reads of an entry of the catalogue: every fact that it holds, in words."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from markupsafe import Markup

from bot import schedule, views
from bot.i18n import LOCALES, speaking
from bot.settings import CATALOG
from catalog.loading import load
from catalog.schema import CrisisContact, LifeSituation, Offer, Organisation

DATA = load(CATALOG)
TODAY = date(2026, 6, 1)
SOURCE = {"name": "Kotisivu", "date": "2026-05-01"}
ADDRESS = {"address": "Kahvikatu 1", "municipality": "Jyväskylä"}


def offer(**fields: Any) -> Offer:
    plain = {
        "id": "kahvila",
        "kind": "activity",
        "name": "Kahvila",
        "summary": "Kahvia.",
        "areas": ["friends"],
    }
    return Offer.model_validate({**plain, "municipalities": ["Jyväskylä"], "source": SOURCE, **fields})


def organisation(**fields: Any) -> Organisation:
    plain = {"id": "kello", "name": "Kello", "sector": "association", "about": "Yhdistys.", "source": SOURCE}
    return Organisation.model_validate({**plain, **fields})


def card(one: Offer, maker: Organisation | None = None, today: date = TODAY, locale: str = "fi") -> str:
    with speaking(locale):
        return str(views.offer_card(one, maker or organisation(), today, Markup("")))


def details(one: Offer, maker: Organisation | None = None) -> str:
    with speaking("fi"):
        return str(views.contact_details(one, maker or organisation(), TODAY))


RULES = [
    ("FREQ=DAILY", "joka päivä"),
    ("FREQ=DAILY;INTERVAL=2", "joka toinen päivä"),
    ("FREQ=WEEKLY", "joka viikko"),
    ("FREQ=WEEKLY;BYDAY=TH", "torstaisin"),
    ("FREQ=WEEKLY;BYDAY=TH,MO", "maanantaisin ja torstaisin"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "joka toinen viikko torstaisin"),
    ("FREQ=WEEKLY;INTERVAL=3", "3 viikon välein"),
    ("FREQ=MONTHLY;BYDAY=1TH", "kuukauden ensimmäisenä torstaina"),
    ("FREQ=MONTHLY;BYDAY=-1MO", "kuukauden viimeisenä maanantaina"),
    ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "kuukauden toisena tiistaina"),
    ("FREQ=MONTHLY;BYDAY=1SA,3SA", "kuukauden ensimmäisenä lauantaina ja kolmantena lauantaina"),
    ("FREQ=MONTHLY;BYMONTHDAY=15", "joka kuukauden 15. päivä"),
    ("FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231T000000Z", "torstaisin, viimeisen kerran 31.12.2026"),
    ("FREQ=WEEKLY;BYDAY=TH;UNTIL=20260531", None),
    ("FREQ=YEARLY", "toistuvasti; kysy päivät järjestäjältä"),
    ("FREQ=MONTHLY;BYDAY=9TH", "toistuvasti; kysy päivät järjestäjältä"),
    ("FREQ=WEEKLY;INTERVAL=0;BYDAY=TH", "toistuvasti; kysy päivät järjestäjältä"),
]


@pytest.mark.parametrize(("rule", "said"), RULES)
def test_a_recurring_time_is_told_as_people_say_it(rule: str, said: str | None) -> None:
    with speaking("fi"):
        assert schedule.recurring(rule, TODAY) == said


def test_a_recurring_time_is_told_in_every_language() -> None:
    said = []
    for locale in LOCALES:
        with speaking(locale):
            said.append(schedule.recurring("FREQ=MONTHLY;BYDAY=1TH", TODAY))
    assert said[2:] == ["den första torsdagen i månaden", "the first Thursday of the month"]


WEEKDAYS = {"days": ["MO", "TU", "WE", "TH", "FR"], "opens": "10:00", "closes": "14:00"}


def test_own_words_go_before_opening_hours_and_these_before_those_of_the_unit() -> None:
    unit = {
        "id": "talo",
        "name": "Talo",
        "opening_hours": [{"days": ["SA"], "opens": "09:00", "closes": "12:00"}],
    }
    maker = organisation(units=[unit])
    assert "🕐 Milloin: La klo 9–12" in card(offer(unit="talo"), maker)
    assert "🕐 Milloin: Ma–pe klo 10–14" in card(offer(unit="talo", opening_hours=[WEEKDAYS]), maker)
    assert "🕐 Milloin: arkisin" in card(offer(unit="talo", opening_hours=[WEEKDAYS], when="arkisin"), maker)
    assert "🕐 Milloin: torstaisin\n" in card(offer(unit="talo", rrule="FREQ=WEEKLY;BYDAY=TH"), maker)
    assert "Milloin" not in card(offer())
    assert "🕐 Milloin: Ma–pe klo 10–14" in details(offer(opening_hours=[WEEKDAYS]))


def test_days_that_differ_are_told_when_they_come_near() -> None:
    shut = {"valid_from": "2026-06-19", "valid_to": "2026-06-20", "exception": True, "closed": True}
    short = {"valid_from": "2026-06-05", "exception": True, "opens": "10:00", "closes": "12:30"}
    one = offer(opening_hours=[WEEKDAYS, shut, short])
    assert "Suljettu: 19.6.2026 – 20.6.2026." in card(one)
    assert "Poikkeus: 5.6.2026 avoinna 10.00–12.30." in card(one)
    assert "Suljettu" in card(one, today=date(2026, 6, 20))
    assert "Suljettu" not in card(one, today=date(2026, 6, 21))
    assert "Suljettu" not in card(one, today=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        ({"state": "open"}, ""),
        ({"state": "full"}, "⛔ Tämä on nyt täynnä."),
        ({"state": "waiting_list"}, "⏳ Tähän on nyt jonoa."),
        ({"state": "full", "until": "2026-06-01"}, "⛔ Tämä on täynnä ainakin 1.6.2026 asti."),
        ({"state": "waiting_list", "until": "2026-06-30"}, "⏳ Tähän on jonoa ainakin 30.6.2026 asti."),
        ({"state": "full", "until": "2026-05-31"}, ""),
    ],
)
def test_a_queue_is_told_until_the_day_for_which_it_was_said(capacity: dict[str, Any], said: str) -> None:
    one = offer(capacity=capacity)
    for text in (card(one), details(one)):
        assert said in text
        assert bool(said) == ("täynnä" in text or "jonoa" in text)


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ({"text": "kaikille"}, "kaikille"),
        ({"min_age": 18, "max_age": 29}, "18–29-vuotiaille"),
        ({"max_age": 17}, "0–17-vuotiaille"),
        ({"min_age": 60, "close_persons": True}, "60 vuotta täyttäneille, myös läheisille"),
        ({"situations": ["carer", "bereaved"]}, "omaishoitajille, läheisen menettäneille"),
    ],
)
def test_for_whom_it_is(whom: dict[str, Any], said: str) -> None:
    assert f"👤 Kenelle: {said}\n" in card(offer(for_whom=whom))


def test_every_life_situation_has_words() -> None:
    for situation in LifeSituation:
        said = {card(offer(for_whom={"situations": [situation]}), locale=locale) for locale in LOCALES}
        assert len(said) == len(LOCALES)
        assert not any(f": {situation}\n" in text for text in said)


def test_the_unit_lends_its_place_ways_and_people() -> None:
    unit = {
        "id": "talo",
        "name": "Talo",
        "place": {**ADDRESS, "accessibility": "Ovella on ramppi."},
        "channels": [{"kind": "phone", "value": "014 123", "price": "Paikallispuhelu", "languages": ["sv"]}],
        "contact_persons": [{"name": "Leena <L>", "phone": "040 123", "email": "leena@example.org"}],
    }
    told = details(offer(unit="talo"), organisation(units=[unit]))
    assert "📞 <b>014 123</b> – Paikallispuhelu, ruotsi" in told
    assert "📍 Talo, Kahvikatu 1, Jyväskylä" in told
    assert "♿ Esteettömyys: Ovella on ramppi." in told
    assert "👤 Yhteyshenkilö: Leena &lt;L&gt;, 040 123, leena@example.org" in told
    shown = card(offer(unit="talo"), organisation(units=[unit]))
    assert "♿ Esteettömyys: Ovella on ramppi." in shown
    own = {"address": "Teekatu 2, Jyväskylä", "municipality": "Jyväskylä"}
    assert "📍 Missä: Teekatu 2, Jyväskylä\n" in card(
        offer(unit="talo", place=own), organisation(units=[unit])
    )


def test_the_organisation_has_contact_persons_when_the_unit_has_none() -> None:
    told = details(offer(), organisation(contact_persons=[{"name": "Matti", "title": "ohjaaja"}]))
    assert "👤 Yhteyshenkilö: Matti, ohjaaja" in told


def test_who_can_refer_and_how_to_get_in() -> None:
    told = card(offer(get_in="Soita ensin.", referral="Lääkäri lähettää."))
    assert "🚪 Näin pääset mukaan: Soita ensin." in told
    assert "✉️ Lähete: Lääkäri lähettää." in told


def test_what_nobody_has_confirmed_lately_is_told_to_be_old() -> None:
    old = {"source": {"name": "Esite", "date": "2025-05-31"}}
    visit = {"channels": [{"kind": "visit", "value": "Kahvikatu 1"}]}
    for text in (card(offer(**old, **visit)), details(offer(**old, **visit))):
        assert "Niitä ei ole tarkistettu sen jälkeen. Varmista ne, ennen kuin lähdet" in text
    helpline = {"channels": [{"kind": "phone", "value": "040 123 4567"}]}
    assert "Ne ovat voineet muuttua." in card(offer(**old, **helpline))
    assert "Varmista" not in card(offer())


def test_an_old_crisis_contact_is_told_to_be_old() -> None:
    contact = CrisisContact.model_validate(
        {
            **{
                "id": "x",
                "name": "Apu",
                "phone": "112",
                "needs": ["danger"],
                "hours": "Aina",
                "help": "Apua.",
            },
            **{
                "if_no_answer": "Yritä uudelleen.",
                "source": SOURCE,
                "verified": {"on": "2026-05-01", "by": "L"},
            },
        }
    )
    with speaking("fi"):
        assert "muuttua" not in views.crisis_contacts([contact], date(2026, 8, 1))
        assert "Tiedot ovat päivältä 1.5.2026 ja ovat voineet muuttua." in views.crisis_contacts(
            [contact], date(2026, 8, 2)
        )


@pytest.mark.parametrize("offer", DATA.offers, ids=lambda offer: offer.id)
def test_contact_details_say_nothing_twice(offer: Offer) -> None:
    """Neither the address of a visit, nor the organisation's front page beside a page of it."""
    organisation = DATA.organisation_of(offer)
    text = views.contact_details(offer, organisation, offer.source.date)
    places = [re.sub("<.*?>", "", line) for line in text.splitlines() if line.startswith(("📍", "🌐"))]
    assert len(set(places)) == len(places)
    front_page = str(organisation.url or "–").rstrip("/")
    assert places.count(f"🌐 {front_page}") <= 1
    if any(place.startswith(f"🌐 {front_page}/") for place in places):
        assert f"🌐 {front_page}" not in places
