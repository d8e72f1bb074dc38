"""Names out of the catalogue, in the language now spoken; what has left the catalogue keeps its id."""

from __future__ import annotations

from bot.core.consent import THE_SERVICE
from bot.i18n import current_locale
from bot.i18n import gettext as _
from catalog.schema import Catalog


def organisation_name(catalog: Catalog, organisation_id: str) -> str:
    """Also of one that has left the catalogue; and what a consent is for that is given to none of them."""
    if organisation_id == THE_SERVICE:
        return _("tekstiviestit")
    organisation = catalog.organisations_by_id.get(organisation_id)
    return organisation.name.best(current_locale()) if organisation else organisation_id
