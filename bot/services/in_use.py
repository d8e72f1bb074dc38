"""Which entries of the catalogue somebody still needs: an import keeps them when their register has dropped them."""

from __future__ import annotations

from sqlalchemy import select

from bot.db.tables import Consent, ContactRequest, MemoEntry, Staff
from bot.db.work import Database


async def ids(db: Database) -> frozenset[str]:
    """Ids of the offers in memos and requests, and of the organisations of requests, consents and workers.

    Takes the database and not all services: the catalogue may be the very thing that is to be mended.
    """
    needed = (
        select(MemoEntry.offer_id),
        select(ContactRequest.offer_id).where(ContactRequest.offer_id.is_not(None)).distinct(),
        select(ContactRequest.organisation_id).distinct(),
        select(Consent.organisation_id).distinct(),
        select(Staff.organisation_id).where(Staff.removed_at.is_(None)).distinct(),
    )
    found: set[str] = set()
    async with db.read() as session:
        for each in needed:
            found.update(await session.scalars(each))
    return frozenset(found)
