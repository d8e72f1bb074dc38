"""Names out of the catalogue, in the language now spoken; what has left the catalogue keeps its id."""

from __future__ import annotations

from bot.i18n import current_locale
from catalog.schema import Catalog


def organisation_name(catalog: Catalog, organisation_id: str) -> str:
    organisation = catalog.organisations_by_id.get(organisation_id)
    return organisation.name.best(current_locale()) if organisation else organisation_id
