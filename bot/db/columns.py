"""Columns that keep people's things: encrypted, looked up by fingerprint, and never without a time zone.

The vault belongs to an engine (`dialect.vault`), not to the process, so that two databases with
different keys can be open side by side, as they are while keys are rotated and in the tests.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import DateTime, Dialect, LargeBinary, String
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeDecorator

_Plain = TypeVar("_Plain")


class BadKey(ValueError):
    """ENCRYPTION_KEYS holds something that is not a key."""


class WrongKey(ValueError):
    """The data was encrypted with a key that is not among ENCRYPTION_KEYS."""

    def __init__(self) -> None:
        super().__init__(
            "stored data cannot be opened with any of the keys in RINNALLA_ENCRYPTION_KEYS: "
            "a key is missing from the list or the data is damaged"
        )


class Vault:
    """The encryption keys: the first one encrypts, every one of them decrypts.

    Fingerprints are made with a key of their own. It lies in the database, encrypted (`bot.db.keys`), so
    that whoever is stored is found whatever becomes of the encryption keys. Until it is read from there,
    it is one derived from the *last* encryption key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise BadKey("RINNALLA_ENCRYPTION_KEYS is empty: at least one key is needed")
        fernets = [_fernet(place, key) for place, key in enumerate(keys, start=1)]
        self._first, self._fernet = fernets[0], MultiFernet(fernets)
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rinnalla fingerprint")
        self._fingerprint_key = derive.derive(keys[-1].strip().encode())

    @staticmethod
    def new_key() -> str:
        return Fernet.generate_key().decode()

    def encrypt(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def decrypt(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise WrongKey from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key opens it, so that the others are not needed for it any more."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def renew(self, sealed: bytes) -> bytes:
        """The same value, encrypted with the first key."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise WrongKey from None

    @property
    def fingerprint_key(self) -> str:
        return self._fingerprint_key.hex()

    def look_up_with(self, fingerprint_key: str) -> None:
        """Make fingerprints with this key from now on: the one that belongs to the database."""
        self._fingerprint_key = bytes.fromhex(fingerprint_key)

    @staticmethod
    def new_fingerprint_key() -> str:
        return secrets.token_hex(32)

    def fingerprint(self, value: str | int, purpose: str) -> str:
        """The same value has the same fingerprint for one purpose and another one for the next.

        A Telegram id is short enough to be guessed, so a bare hash would not hide it: the key does.
        The purpose keeps a client and a worker who are the same person from being told to be so.
        """
        message = f"{purpose}\0{value}".encode()
        return hmac.new(self._fingerprint_key, message, sha256).hexdigest()


def _fernet(place: int, key: str) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError:
        raise BadKey(f"RINNALLA_ENCRYPTION_KEYS: key number {place} is not a Fernet key") from None


def attach_vault(engine: AsyncEngine, vault: Vault) -> None:
    """Let the encrypted columns of this engine find its keys."""
    cast(Any, engine.dialect).vault = vault


def _vault(dialect: Dialect) -> Vault:
    vault = getattr(dialect, "vault", None)
    if vault is None:
        raise RuntimeError("this engine has no vault: open it with bot.db.work.Database")
    return cast(Vault, vault)


class Encrypted(TypeDecorator[_Plain]):
    """A value that the database file sees only as a Fernet token. NULL stays NULL."""

    impl = LargeBinary
    cache_ok = True

    def _dump(self, value: _Plain) -> bytes:
        raise NotImplementedError

    def _load(self, plain: bytes) -> _Plain:
        raise NotImplementedError

    def process_bind_param(self, value: _Plain | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _vault(dialect).encrypt(self._dump(value))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> _Plain | None:
        return None if value is None else self._load(_vault(dialect).decrypt(bytes(value)))


class EncryptedText(Encrypted[str]):
    cache_ok = True

    def _dump(self, value: str) -> bytes:
        return value.encode()

    def _load(self, plain: bytes) -> str:
        return plain.decode()


class EncryptedInt(Encrypted[int]):
    cache_ok = True

    def _dump(self, value: int) -> bytes:
        return str(value).encode()

    def _load(self, plain: bytes) -> int:
        return int(plain)


class EncryptedJson(Encrypted[Any]):
    """Plain JSON. A change inside the value goes unseen: assign a new dict or list instead."""

    cache_ok = True

    def _dump(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def _load(self, plain: bytes) -> Any:
        return json.loads(plain)


class Fingerprint(String):
    """What `Vault.fingerprint` makes: something is looked up by it, and nobody can read it."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in, UTC out, the same on both databases (SQLite itself knows no time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a time without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = cast(datetime, value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
