"""Which methods and parameters the Bot API has. aiogram's typed methods are the schema."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Any, Union

import aiogram.methods
from aiogram.types import (
    ForceReply,
    InlineKeyboardMarkup,
    InputFile,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from pydantic import BaseModel, ValidationError

from bot.simulator.errors import bad

# Telegram's words when a parameter is missing or empty.
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "media": "there is no media in the request",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
}
# What changes nothing that the simulator shows.
IGNORED = {
    "link_preview_options",
    "disable_web_page_preview",
    "disable_content_type_detection",
    "thumbnail",
    "has_spoiler",
    "show_caption_above_media",
    "cache_time",
    "ip_address",
    "certificate",
}
# A markup is told by the field that it must have; pydantic alone would take anything for a ForceReply.
MARKUPS: dict[str, type[BaseModel]] = {
    "inline_keyboard": InlineKeyboardMarkup,
    "keyboard": ReplyKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}
SCALARS = (str, int, float, bool, InputFile)


@cache
def models() -> dict[str, type[BaseModel]]:
    """All methods of the Bot API by their name in small letters, as the real one is not fussy about case."""
    found: dict[str, type[BaseModel]] = {}
    for name in aiogram.methods.__all__:
        model = getattr(aiogram.methods, name)
        api_method = getattr(model, "__api_method__", None)
        if isinstance(api_method, str):
            found[api_method.lower()] = model
    return found


@cache
def written_as_json(model: type[BaseModel]) -> frozenset[str]:
    """Parameters that are objects or lists, which come as JSON inside a form."""
    return frozenset(name for name, field in model.model_fields.items() if not _scalar(field.annotation))


def _scalar(annotation: Any) -> bool:
    if typing.get_origin(annotation) in {Union, UnionType}:
        return any(_scalar(part) for part in typing.get_args(annotation) if part is not type(None))
    return isinstance(annotation, type) and issubclass(annotation, SCALARS)


# How a new message is sent: the sending methods take these as keywords and hand them on.
DELIVERY = {
    "reply_markup",
    "protect_content",
    "disable_notification",
    "reply_parameters",
    "reply_to_message_id",
    "allow_sending_without_reply",
}


@cache
def simulated(handler: Callable[..., Any]) -> frozenset[str]:
    """The parameters that the simulator's own method takes (the first is the call itself)."""
    names = list(inspect.signature(handler).parameters)[1:]
    return frozenset(names) | DELIVERY if "delivery" in names else frozenset(names)


def validated(name: str, handler: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """The parameters for `handler`, with JSON decoded and types right; ApiError 400 where Telegram would."""
    model = models()[name]
    objects = written_as_json(model)
    given = {k: v for k, v in given.items() if v is not None and not (k in objects and v == "")}
    for key in given.keys() - model.model_fields.keys():
        raise bad(f"{model.__api_method__} has no parameter {key}")  # type: ignore[attr-defined]
    for key in given.keys() & objects:
        if isinstance(given[key], str):
            given[key] = _decoded(key, given[key])
    required = [key for key, field in model.model_fields.items() if field.is_required()]
    missing = [key for key in required if given.get(key, "") == "" and (key, given.get(key)) != ("url", "")]
    if missing:
        key = "text" if "text" in missing else missing[0]
        raise bad(MISSING.get(key, f"parameter {key} is required"))
    if "reply_markup" in given:
        given["reply_markup"] = _checked_markup(given["reply_markup"])
    typed = _typed(model, given)
    kept = {key: value for key, value in typed.items() if key not in IGNORED}
    for key in kept.keys() - simulated(handler):
        raise bad(f"the simulator does not know the parameter {key} of {name}")
    return kept


def _typed(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    """Simple values converted ("5" to 5); objects as they were given, once they have passed."""
    instance = _instance(model, given)
    objects = written_as_json(model)
    return {key: value if key in objects else getattr(instance, key) for key, value in given.items()}


def _instance(model: type[BaseModel], given: Any, inside: str = "") -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in (inside, *first["loc"]) if part != "")
        raise bad(f"parameter {where} is wrong: {first['msg']}") from None


def _checked_markup(markup: Any) -> dict[str, Any]:
    """The markup, once it has passed. A button under the text field may be given as its label alone."""
    kinds = [kind for kind in MARKUPS if isinstance(markup, dict) and kind in markup]
    if not kinds:
        raise bad("object expected as reply markup")
    if isinstance(markup.get("keyboard"), list):
        rows = [row if isinstance(row, list) else [] for row in markup["keyboard"]]
        named = [[{"text": label} if isinstance(label, str) else label for label in row] for row in rows]
        markup = {**markup, "keyboard": named}
    _instance(MARKUPS[kinds[0]], markup, "reply_markup")
    return dict(markup)


def _decoded(key: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        what = {"reply_markup": "reply keyboard markup", "allowed_updates": "allowed updates"}.get(key, key)
        raise bad(f"can't parse {what} JSON object") from None
