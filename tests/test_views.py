"""How things of the catalogue read in a message."""

from __future__ import annotations

import re

import pytest

from bot import views
from bot.settings import CATALOG
from catalog.loading import load
from catalog.schema import Offer

DATA = load(CATALOG)


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
