"""A tiny bot that speaks to the simulator over HTTP, as any bot does. It shows all that the page must show."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import aiohttp
from PIL import Image, ImageDraw

Json = dict[str, Any]
QUESTION = "<b>{n}/3</b> Miten jaksat?\n\n<i>Valitse numero</i> 1–5. Voit myös ohittaa."
LONG_LABEL = "Haluan, että minuun otetaan yhteyttä ja jutellaan rauhassa tilanteestani"


def key(text: str, data: str) -> Json:
    return {"text": text, "callback_data": data}


def picture() -> bytes:
    image = Image.new("RGB", (640, 400), "#dcebe3")
    draw = ImageDraw.Draw(image)
    for at, height in enumerate((90, 160, 240, 200, 300)):
        draw.rectangle((70 + at * 105, 360 - height, 140 + at * 105, 360), fill="#1f6b57")
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


class Echo:
    def __init__(self, url: str, token: str) -> None:
        self.base = f"{url}/bot{token}"
        self.seen: list[Json] = []
        self.session = aiohttp.ClientSession()
        self.task = asyncio.create_task(self.run())

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.session.close()

    async def call(self, method: str, upload: tuple[str, str, bytes] | None = None, **fields: Any) -> Any:
        plain = {k: json.dumps(v) if isinstance(v, (dict, list)) else str(v) for k, v in fields.items()}
        form = aiohttp.FormData(plain)
        if upload:
            field, name, content = upload
            form.add_field(field, content, filename=name)
        async with self.session.post(f"{self.base}/{method}", data=form) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def say(self, chat: int, text: str, keys: list[list[Json]] | None = None, **more: Any) -> Json:
        if keys:
            more["reply_markup"] = {"inline_keyboard": keys}
        sent: Json = await self.call("sendMessage", chat_id=chat, text=text, parse_mode="HTML", **more)
        return sent

    async def edit(self, message: Json, text: str, keys: list[list[Json]] | None = None) -> None:
        where = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
        await self.call(
            "editMessageText",
            **where,
            text=text,
            parse_mode="HTML",
            reply_markup={"inline_keyboard": keys or []},
        )

    async def run(self) -> None:
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                self.seen.append(update)
                if "message" in update:
                    await self.on_message(update["message"])
                elif "callback_query" in update:
                    await self.on_press(update["callback_query"])

    async def on_message(self, message: Json) -> None:
        chat, text = message["chat"]["id"], message.get("text", "")
        if text.startswith("/start"):
            payload = text.partition(" ")[2]
            await self.say(chat, welcome(message["from"]["first_name"], payload), welcome_keys())
        elif text.startswith("/ask"):
            await self.say(chat, QUESTION.format(n=1), question_keys(1))
        elif text.startswith("/share"):
            rows = [[{"text": "Jaa puhelinnumeroni", "request_contact": True}], [{"text": "En halua"}]]
            markup = {"keyboard": rows, "one_time_keyboard": True}
            await self.say(chat, "Mihin numeroon saa soittaa?", reply_markup=markup)
        elif text and not text.startswith("/"):
            await self.say(chat, "Sanoit: " + escape(text))

    async def on_press(self, query: Json) -> None:
        name, _, rest = query["data"].partition(":")
        chat, number = query["message"]["chat"]["id"], query["message"]["message_id"]
        answer: Json = {"callback_query_id": query["id"]}
        if name == "toast":
            answer["text"] = "Tallennettu."
        elif name == "alert":
            answer |= {"text": "Tämä on tärkeää.\nHätätilanteessa soita 112.", "show_alert": True}
        elif name == "rate":
            n = int(rest) + 1
            text, keys = (
                (QUESTION.format(n=n), question_keys(n)) if n <= 3 else ("Kiitos, valmista tuli.", [])
            )
            await self.edit(query["message"], text, keys)
        elif name == "tick":
            await self.call(
                "editMessageReplyMarkup",
                chat_id=chat,
                message_id=number,
                reply_markup={"inline_keyboard": ticks(rest == "off")},
            )
        elif name == "delete":
            await self.call("deleteMessage", chat_id=chat, message_id=number)
        await self.call("answerCallbackQuery", **answer)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def welcome(name: str, payload: str) -> str:
    start = f"Hei, {escape(name)}! Olen <b>kokeilubotti</b>."
    more = "\n\nKuljen rinnallasi ja etsin kanssasi tukea läheltä. Kirjoita omin sanoin tai valitse alta."
    return start + (f" Sinut kutsui <code>{payload}</code>." if payload else "") + more


def welcome_keys() -> list[list[Json]]:
    return [
        [key("Mitä sinulle kuuluu?", "rate:0")],
        [key("Etsi tukea", "toast"), key("Tärkeää", "alert")],
        [key(LONG_LABEL, "toast")],
        [{"text": "Lue lisää palveluista", "url": "https://example.org/palvelut"}],
    ]


def question_keys(n: int) -> list[list[Json]]:
    numbers = [key(str(at), f"rate:{n}") for at in range(1, 6)]
    return [numbers, [key("Ohita", f"rate:{n}"), key("Apua heti", "alert")]]


def ticks(on: bool) -> list[list[Json]]:
    return [
        [key("☑ Ystävät" if on else "☐ Ystävät", "tick:on" if on else "tick:off")],
        [key("Valmis", "toast")],
    ]
