"""What a person can send besides text, in Telegram's own fields: samples that need nothing but a press."""

from __future__ import annotations

from pathlib import Path

from bot.simulator.chats import Chat, Json

STATIC = Path(__file__).parent / "static"
SAMPLE_NUMBER = "+358400000000"  # no one's
SQUARE = {"latitude": 62.2426, "longitude": 25.7473}  # the middle of Jyväskylä
VOICE_SECONDS = 3


def thing(chat: Chat, kind: str) -> Json:
    """A sample voice message, sticker, location, or the person's own contact."""
    match kind:
        case "voice":
            file = chat.world.add_file(
                chat.bot, "voice", (STATIC / "voice.ogg").read_bytes(), mime_type="audio/ogg"
            )
            return {"voice": {**file.shape(), "duration": VOICE_SECONDS, "mime_type": "audio/ogg"}}
        case "sticker":
            file = chat.world.add_file(chat.bot, "sticker", (STATIC / "sticker.webp").read_bytes())
            flags = {"type": "regular", "is_animated": False, "is_video": False, "emoji": "☀️"}
            return {"sticker": {**file.shape(), "width": 512, "height": 512, **flags}}
        case "location":
            return {"location": dict(SQUARE)}
        case "contact":
            user = chat.user
            names = {"first_name": user.first_name, "last_name": user.last_name}
            named = {key: value for key, value in names.items() if value}
            return {"contact": {"phone_number": SAMPLE_NUMBER, **named, "user_id": user.id}}
    raise ValueError(f"no sample of {kind}")


def photo(chat: Chat, content: bytes, width: int, height: int) -> Json:
    file = chat.world.add_file(chat.bot, "photo", content)
    return {"photo": [{**file.shape(), "width": width, "height": height}]}


def document(chat: Chat, content: bytes, name: str, mime_type: str = "application/octet-stream") -> Json:
    file = chat.world.add_file(chat.bot, "document", content, name, mime_type)
    return {"document": {**file.shape(), "file_name": name, "mime_type": mime_type}}
