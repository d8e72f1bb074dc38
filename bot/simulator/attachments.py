"""What a person can send besides words: `chat.send(attachments.photo(chat, picture))`."""

from __future__ import annotations

import base64

from bot.simulator import checks, markup
from bot.simulator.chats import Chat, Json

# The smallest picture that Telegram would take: one grey pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def _captioned(content: Json, caption: str | None) -> Json:
    if not caption:
        return content
    entities = markup.detect(caption)
    return {**content, "caption": caption, **({"caption_entities": entities} if entities else {})}


def photo(chat: Chat, content: bytes = PNG, caption: str | None = None) -> Json:
    width, height = checks.picture_size(content)
    file = chat.world.add_file(chat.bot, "photo", content)
    return _captioned({"photo": [{**file.shape(), "width": width, "height": height}]}, caption)


def document(chat: Chat, content: bytes, name: str, mime_type: str, caption: str | None = None) -> Json:
    file = chat.world.add_file(chat.bot, "document", content, name, mime_type)
    shape = {**file.shape(), "file_name": name, "mime_type": mime_type}
    return _captioned({"document": shape}, caption)


def voice(chat: Chat, content: bytes = b"OggS", seconds: int = 3) -> Json:
    file = chat.world.add_file(chat.bot, "voice", content, mime_type="audio/ogg")
    return {"voice": {**file.shape(), "duration": seconds, "mime_type": "audio/ogg"}}


def video_note(chat: Chat, content: bytes = b"\0\0\0\x18ftypmp42", seconds: int = 3) -> Json:
    file = chat.world.add_file(chat.bot, "video_note", content, "note.mp4")
    return {"video_note": {**file.shape(), "length": 240, "duration": seconds}}


def sticker(chat: Chat, emoji: str = "🙂", content: bytes = b"RIFF\0\0\0\0WEBP") -> Json:
    file = chat.world.add_file(chat.bot, "sticker", content)
    fixed = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": {**file.shape(), **fixed, "emoji": emoji}}


def location(latitude: float, longitude: float) -> Json:
    return {"location": {"latitude": latitude, "longitude": longitude}}


def contact(chat: Chat, phone_number: str, own: bool = True) -> Json:
    """The person's own card, as the button "share my number" sends it, or somebody else's."""
    card: Json = {"phone_number": phone_number, "first_name": chat.user.first_name if own else "Contact"}
    return {"contact": {**card, "user_id": chat.user.id} if own else card}
