"""Text messages to a client: a number, shown by a code to be theirs, and the consent to send to it.

Neither the code nor the token of the link that ends them is kept: both are made anew, with the key of the
fingerprints, whenever a message is sent.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import consent as rules
from bot.core import text_messages
from bot.core.consent import (
    SMS_GATEWAY,
    THE_SERVICE,
    BestTime,
    ConsentRecord,
    ConsentState,
    EventKind,
    Notice,
    Purpose,
    Reach,
    Shared,
)
from bot.db.tables import Client, Consent, OutboxMessage, PhoneNumber
from bot.services import clients, consents, outbox, texts
from bot.services.base import Services
from bot.services.clients import Chat

LINK_BYTES = 12
"""96 bits: no guessing, and the address stays short."""


def offered(services: Services) -> bool:
    return services.settings.sms_url is not None


@dataclass(frozen=True)
class MyNumber:
    """Where a client's text messages go, or will go once the code has come back."""

    number: str
    confirmed: bool
    consent_id: str | None


async def mine(services: Services, chat_id: int) -> MyNumber | None:
    async with services.db.read() as session:
        phone = await _of(session, await clients.find(session, services, chat_id))
    if phone is None or (phone.confirmed_at is None and not _open(phone, services.clock())):
        return None
    return MyNumber(phone.number, phone.confirmed_at is not None, phone.consent_id)


async def _of(session: AsyncSession, client: Client | None) -> PhoneNumber | None:
    return await session.get(PhoneNumber, client.id) if client else None


def _open(phone: PhoneNumber, now: datetime) -> bool:
    return phone.code_until is not None and now < phone.code_until and phone.tries < text_messages.MOST_TRIES


# --- a number, and the code that goes to it


class Asked(StrEnum):
    SENT = "sent"
    TOO_OFTEN = "too_often"
    NOT_NOW = "not_now"  # nobody we know, or messages go to a number already


async def ask_code(services: Services, chat_id: int, number: str) -> Asked:
    """The client has agreed to text messages to this number: it is kept until its code runs out, and the code goes."""
    now = services.clock()
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        phone = await _of(session, client)
        if client is None or not offered(services) or (phone and phone.confirmed_at):
            return Asked.NOT_NOW
        if await _too_often(session, services, client, number, now):
            return Asked.TOO_OFTEN
        if phone is None:
            phone = PhoneNumber(client_id=client.id)
            session.add(phone)
        phone.number, phone.tries = number, 0
        phone.code_hash = services.vault.fingerprint(secrets.token_hex(), "number")
        phone.code_until = now + text_messages.CODE_VALID
        await texts.drop(session, client.id)  # an earlier code that has not gone yet
        await outbox.put(
            session,
            services,
            outbox.Kind.NUMBER_CODE,
            f"number:{client.id}:{now.timestamp()}",
            client_id=client.id,
            urgent=True,
            expires_at=phone.code_until,
            channel=outbox.BY_SMS,
        )
    return Asked.SENT


async def _too_often(
    session: AsyncSession, services: Services, client: Client, number: str, now: datetime
) -> bool:
    """To one client as written down; to one number, whoever gives it, as this process remembers."""
    since = now - text_messages.CODES_WITHIN
    sent = await session.scalar(
        select(func.count())
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.client_id == client.id,
            OutboxMessage.kind == outbox.Kind.NUMBER_CODE,
            OutboxMessage.expires_at > since + text_messages.CODE_VALID,
        )
    )
    if (sent or 0) >= text_messages.MOST_CODES:
        return True
    of_number = int(services.vault.fingerprint(number, "number")[:16], 16)
    return not services.codes_to_number.takes(of_number, now)


class Entered(StrEnum):
    YES = "yes"
    WRONG = "wrong"
    OVER = "over"  # it has run out, or was entered wrongly too often, or there is none


async def confirm(services: Services, chat: Chat, code: str) -> Entered:
    """The code has come back: the consent is given, and what waits for the client comes by text message as well."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat.id, lock=True)
        phone = await _of(session, client)
        if client is None or phone is None:
            return Entered.OVER
        if phone.confirmed_at is not None:
            return Entered.YES
        if not _open(phone, services.clock()):
            return Entered.OVER
        if not hmac.compare_digest(code_of(services, phone), code):
            phone.tries += 1
            return Entered.WRONG if _open(phone, services.clock()) else Entered.OVER
        await _consent(session, services, chat, client, phone)
    return Entered.YES


def code_of(services: Services, phone: PhoneNumber) -> str:
    return text_messages.code_from(services.vault.fingerprint(phone.code_hash or "", "code of a number"))


async def _consent(
    session: AsyncSession, services: Services, chat: Chat, client: Client, phone: PhoneNumber
) -> None:
    now, consent_id = services.clock(), str(uuid4())
    shared = Shared(reach=Reach.PHONE, phone=phone.number)
    consent = Consent(
        id=consent_id,
        client_id=client.id,
        organisation_id=THE_SERVICE,
        purpose=Purpose.REMIND,
        state=ConsentState.GIVEN,
        given_at=now,
        valid_until=now + text_messages.VALID,
        record=_record(consent_id, client, chat.locale, now).model_dump(mode="json"),
        shared=shared.model_dump(mode="json"),
        once_given=shared.model_dump(mode="json"),
    )
    session.add(consent)
    phone.confirmed_at, phone.consent_id = now, consent_id
    phone.code_hash, phone.code_until, phone.tries = None, None, 0
    phone.stop_key = _stop_key(services, token_of(services, consent_id))
    await session.flush()
    await consents.append_event(
        session, services, consent, EventKind.GIVEN, chat.locale, event_id=consent_id, shared=shared
    )
    await outbox.put(
        session,
        services,
        outbox.Kind.RECEIPT,
        f"receipt:{consent_id}",
        client_id=client.id,
        consent_id=consent_id,
        urgent=True,
    )
    await texts.put_beside(session, services, client.id)


def _record(consent_id: str, client: Client, locale: str, now: datetime) -> ConsentRecord:
    return ConsentRecord(
        record_id=consent_id,
        pii_principal_id=f"client:{client.id}",
        pii_controller=THE_SERVICE,
        recipients=[THE_SERVICE, SMS_GATEWAY],
        purposes=[Purpose.REMIND],
        pii_types=[],
        asked_by="the service's chat bot",
        contact_method=Reach.PHONE,
        contact_time=BestTime.ANY,
        withdrawal_method="by the link in each text message, in the chat with one tap, or by writing so",
        notice=Notice(version=rules.TEXT_VERSION, language=locale),
        given_at=now,
        valid_until=now + text_messages.VALID,
    )


# --- no more of them


async def end(services: Services, chat_id: int) -> bool:
    """False if there were none."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        return client is not None and await consents.end_texts(session, services, client)


async def end_by_link(services: Services, token: str) -> bool:
    """Whoever holds the telephone ends them; False if the link leads to nothing (any more)."""
    async with services.db.work() as session:
        client = await session.scalar(_of_link(services, token).with_for_update(key_share=True))
        return client is not None and await consents.end_texts(session, services, client)


async def locale_of_link(services: Services, token: str) -> str | None:
    """The language of whoever the link is for; None if it leads to nothing (any more)."""
    async with services.db.read() as session:
        client = await session.scalar(_of_link(services, token))
        return client.locale if client else None


def _of_link(services: Services, token: str) -> Select[Client]:
    owner = select(PhoneNumber.client_id).where(PhoneNumber.stop_key == _stop_key(services, token))
    return select(Client).where(Client.id.in_(owner))


def token_of(services: Services, consent_id: str) -> str:
    """What the link holds: as random as the key, and the same for the whole time of a consent."""
    digest = bytes.fromhex(services.vault.fingerprint(consent_id, "link that ends text messages"))
    return urlsafe_b64encode(digest[:LINK_BYTES]).decode()


def _stop_key(services: Services, token: str) -> str:
    return services.vault.fingerprint(token, "stop")


def link(services: Services, phone: PhoneNumber) -> str | None:
    """The address that ends them; None where no page of ours can be reached."""
    base = services.settings.pages_url
    return f"{base}/s/{token_of(services, phone.consent_id)}" if base and phone.consent_id else None


# --- at sending


async def number_for(services: Services, row: OutboxMessage) -> PhoneNumber | None:
    """Where a text message goes, if its client still wants it: a number that is confirmed and a consent valid now, or
    for a code a number that waits for it."""
    now = services.clock()
    async with services.db.read() as session:
        phone = await session.get(PhoneNumber, row.client_id)
        consent = await session.get(Consent, phone.consent_id) if phone and phone.consent_id else None
    if phone is None:
        return None
    if row.kind == outbox.Kind.NUMBER_CODE:
        return phone if phone.confirmed_at is None and _open(phone, now) else None
    given = consent is not None and consent.state == ConsentState.GIVEN and now < consent.valid_until
    return phone if given else None
