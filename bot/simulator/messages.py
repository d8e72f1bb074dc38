"""Bot API methods that send, edit and delete messages, and answer presses."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict, Unpack

from bot.simulator import checks
from bot.simulator.call import Call, method
from bot.simulator.chats import Chat, Event, Json, Message
from bot.simulator.errors import bad

CHAT_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
DELETABLE_FOR = timedelta(hours=48)
ANSWERABLE_FOR = timedelta(minutes=15)


class Delivery(TypedDict, total=False):
    reply_markup: Json
    protect_content: bool
    disable_notification: bool
    reply_parameters: Json
    reply_to_message_id: int
    allow_sending_without_reply: bool


@method
def send_message(
    call: Call,
    chat_id: object,
    text: str,
    parse_mode: str | None = None,
    entities: list[Json] | None = None,
    **delivery: Unpack[Delivery],
) -> Json:
    return _deliver(call, chat_id, checks.text_content(text, parse_mode, entities), delivery)


@method
def send_photo(
    call: Call,
    chat_id: object,
    photo: str,
    caption: str | None = None,
    parse_mode: str | None = None,
    caption_entities: list[Json] | None = None,
    **delivery: Unpack[Delivery],
) -> Json:
    content = checks.caption_content(caption, parse_mode, caption_entities)
    call.chat(chat_id)
    return _deliver(call, chat_id, {**call.photo(photo), **content}, delivery)


@method
def send_document(
    call: Call,
    chat_id: object,
    document: str,
    caption: str | None = None,
    parse_mode: str | None = None,
    caption_entities: list[Json] | None = None,
    **delivery: Unpack[Delivery],
) -> Json:
    content = checks.caption_content(caption, parse_mode, caption_entities)
    call.chat(chat_id)
    return _deliver(call, chat_id, {**call.document(document), **content}, delivery)


def _deliver(call: Call, chat_id: object, content: Json, delivery: Delivery) -> Json:
    chat = call.chat(chat_id)
    given = delivery.get("reply_markup") or {}
    inline = checks.inline_keyboard(given) if "inline_keyboard" in given else None
    under = checks.reply_keyboard(given) if given and "inline_keyboard" not in given else None
    message = chat.deliver(
        content,
        keyboard=inline,
        protected=bool(delivery.get("protect_content")),
        silent=bool(delivery.get("disable_notification")),
        reply_to=_replied(chat, delivery),
        fixed=under is not None,
    )
    if under is not None:
        chat.keyboard = under if "keyboard" in under else None
    return message.shape()


def _replied(chat: Chat, delivery: Delivery) -> Message | None:
    parameters = delivery.get("reply_parameters") or {}
    number = parameters.get("message_id") or delivery.get("reply_to_message_id")
    if not number:
        return None
    lenient = parameters.get("allow_sending_without_reply") or delivery.get("allow_sending_without_reply")
    if number not in chat.messages and not lenient:
        raise bad("message to be replied not found")
    return chat.messages.get(number)


@method
def edit_message_text(
    call: Call,
    text: str = "",
    chat_id: object = None,
    message_id: int | None = None,
    parse_mode: str | None = None,
    entities: list[Json] | None = None,
    reply_markup: Json | None = None,
) -> Json:
    content = checks.text_content(text, parse_mode, entities)
    message = _editable(call, chat_id, message_id)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    return _edit(message, content, reply_markup)


@method
def edit_message_caption(
    call: Call,
    chat_id: object = None,
    message_id: int | None = None,
    caption: str | None = None,
    parse_mode: str | None = None,
    caption_entities: list[Json] | None = None,
    reply_markup: Json | None = None,
) -> Json:
    content = checks.caption_content(caption, parse_mode, caption_entities)
    message = _editable(call, chat_id, message_id)
    if message.kind == "text":
        raise bad("there is no caption in the message to edit")
    return _edit(message, {message.kind: message.content[message.kind], **content}, reply_markup)


@method
def edit_message_media(
    call: Call,
    media: Json,
    chat_id: object = None,
    message_id: int | None = None,
    reply_markup: Json | None = None,
) -> Json:
    caption = checks.caption_content(
        media.get("caption"), media.get("parse_mode"), media.get("caption_entities")
    )
    message = _editable(call, chat_id, message_id)
    match media["type"]:
        case "photo":
            content = call.photo(media["media"])
        case "document":
            content = call.document(media["media"])
        case other:
            raise bad(f"the simulator does not know media of type {other}")
    return _edit(message, {**content, **caption}, reply_markup)


@method
def edit_message_reply_markup(
    call: Call,
    chat_id: object = None,
    message_id: int | None = None,
    reply_markup: Json | None = None,
) -> Json:
    message = _editable(call, chat_id, message_id)
    return _edit(message, message.content, reply_markup)


def _editable(call: Call, chat_id: object, message_id: int | None) -> Message:
    message = call.message(chat_id, message_id, "edit")
    if not message.from_bot or message.fixed:
        raise bad("message can't be edited")
    return message


def _edit(message: Message, content: Json, reply_markup: Json | None) -> Json:
    keyboard = checks.inline_keyboard(reply_markup)
    if (content, keyboard) == (message.content, message.keyboard):
        raise bad(NOT_MODIFIED)
    message.chat.rewrite(message, content, keyboard)
    return message.shape()


@method
def delete_message(call: Call, chat_id: object, message_id: int) -> bool:
    chat = call.known_chat(chat_id)
    if not chat:
        raise bad("chat not found")
    message = chat.messages.get(message_id)
    if not message:
        raise bad("message to delete not found")
    if call.world.age(message.date) > DELETABLE_FOR:
        raise bad("message can't be deleted for everyone")
    chat.remove(message)
    return True


@method
def delete_messages(call: Call, chat_id: object, message_ids: list[int]) -> bool:
    """Those that cannot be found are passed over, as in the real one."""
    chat = call.known_chat(chat_id)
    if not chat:
        raise bad("chat not found")
    if not 1 <= len(message_ids) <= 100:
        raise bad(
            "too many message identifiers specified"
            if message_ids
            else "message identifiers are not specified"
        )
    found = [chat.messages[number] for number in message_ids if number in chat.messages]
    if any(call.world.age(message.date) > DELETABLE_FOR for message in found):
        raise bad("message can't be deleted for everyone")
    for message in found:
        chat.remove(message)
    return True


@method
def answer_callback_query(
    call: Call,
    callback_query_id: str,
    text: str | None = None,
    show_alert: bool = False,
    url: str | None = None,
) -> bool:
    query = call.world.queries.get(callback_query_id)
    if not query or query.message.chat.bot is not call.bot or call.world.age(query.asked) > ANSWERABLE_FOR:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if text and len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    if url:
        raise bad("URL_INVALID")
    query.message.chat.answer(query, text, bool(show_alert))
    return True


@method
def send_chat_action(call: Call, chat_id: object, action: str) -> bool:
    if action not in CHAT_ACTIONS:
        raise bad("wrong parameter action in request")
    chat = call.chat(chat_id)
    chat.action = action
    call.world.tell(Event("action", chat, call.bot, text=action))
    return True
