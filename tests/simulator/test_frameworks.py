"""Both frameworks, unmodified, against the simulator: what arrives, what they send, and the errors they raise."""

from datetime import timedelta

import pytest
from aiogram import Dispatcher, F
from aiogram import types as aio
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.filters import Command
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram import Update as PtbUpdate
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.simulator import attachments
from bot.simulator.attachments import PNG
from tests.simulator.helpers import aiogram_bot, aiogram_polling, ptb_application, ptb_polling


async def everything(phone):
    """One update of every kind that a person can cause."""
    await phone.says("/start KOODI", wait=False)
    await phone.says("vastaus", reply_to=phone.messages[0], wait=False)
    await phone.edits(phone.messages[1], "toinen vastaus", wait=False)
    for content in (
        attachments.photo(phone.chat, caption="kuva"),
        attachments.document(phone.chat, b"%PDF", "a.pdf", "application/pdf"),
        attachments.voice(phone.chat),
        attachments.video_note(phone.chat),
        attachments.sticker(phone.chat),
        attachments.location(60.17, 24.94),
        attachments.contact(phone.chat, "+358401234567"),
    ):
        await phone.sends(content, wait=False)
    rows = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
    phone.chat.deliver({"text": "Hei"}, keyboard=rows)
    await phone.presses("a", wait=False)
    await phone.press_raw(999, "vanha", wait=False)
    await phone.blocks(wait=False)
    await phone.unblocks(wait=False)


async def test_both_frameworks_read_every_update(api, phone):
    await everything(phone)
    updates = await api.ok("getUpdates")
    assert len(updates) == 14
    ptb = ptb_application(api.simulator).bot
    for update in updates:
        read = aio.Update.model_validate(update)
        assert read.event_type in update
        assert not read.model_extra
        assert not read.event.model_extra
        again = PtbUpdate.de_json(update, ptb)
        assert again.effective_chat.id == phone.user.id
        assert not any(getattr(again, kind).api_kwargs for kind in update if kind != "update_id")
    await ptb.shutdown()


# aiogram


def aiogram_echo():
    dispatcher = Dispatcher()

    @dispatcher.message(Command("start"))
    async def on_start(message: aio.Message):
        rows = [[aio.InlineKeyboardButton(text="Jatka", callback_data="go")]]
        await message.answer("Tervetuloa", reply_markup=aio.InlineKeyboardMarkup(inline_keyboard=rows))

    @dispatcher.callback_query(F.data == "go")
    async def on_go(query: aio.CallbackQuery):
        await query.answer("Jatketaan")
        await query.message.edit_text("<b>Kiitos</b>", parse_mode="HTML")

    @dispatcher.message(F.photo)
    async def on_photo(message: aio.Message):
        content = await message.bot.download(message.photo[-1])
        await message.answer_photo(aio.BufferedInputFile(content.read(), "kuva.png"), caption="Sama kuva")

    @dispatcher.message()
    async def on_message(message: aio.Message):
        await message.answer(message.text)

    return dispatcher


async def test_conversation_with_aiogram(simulator, bot, phone):
    async with aiogram_polling(simulator, aiogram_echo()):
        await phone.says("/start KOODI")
        assert (phone.sees, phone.buttons) == ("Tervetuloa", ["Jatka"])
        await phone.presses("Jatka")
        assert (phone.sees, phone.toast, phone.messages[-1].html) == ("Kiitos", "Jatketaan", "<b>Kiitos</b>")
        await phone.sends_photo(PNG)
        assert (phone.sees, phone.messages[-1].photo) == ("Sama kuva", PNG)
        await phone.says("hei")
        assert phone.sees == "hei"


async def test_edits_and_media_with_aiogram(simulator, chat_id):
    bot = aiogram_bot(simulator, parse_mode="HTML")
    async with bot.session:
        photo = await bot.send_photo(chat_id, aio.BufferedInputFile(PNG, "a.png"), caption="<i>a</i>")
        assert photo.html_text == "<i>a</i>"
        where = {"chat_id": chat_id, "message_id": photo.message_id}
        await bot.edit_message_caption(**where, caption="b")
        media = aio.InputMediaPhoto(media=aio.BufferedInputFile(PNG, "b.png"), caption="c")
        assert (await bot.edit_message_media(media, **where)).caption == "c"
        document = await bot.send_document(chat_id, aio.BufferedInputFile(b"a;b", "a.csv"))
        assert document.document.file_name == "a.csv"
        assert (await bot.download(document.document)).read() == b"a;b"
        await bot.delete_messages(chat_id, [photo.message_id, document.message_id])
        await bot.set_my_commands([aio.BotCommand(command="start", description="Aloita")])
        assert (await bot.get_chat(chat_id)).first_name == "Testi"
        assert (await bot.get_webhook_info()).url == ""


async def test_errors_that_aiogram_raises(simulator, phone, chat_id):
    bot = aiogram_bot(simulator)
    async with bot.session:
        message = await bot.send_message(chat_id, "a")
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            await bot.edit_message_text("a", chat_id=chat_id, message_id=message.message_id)
        for kind, error in {
            "flood": TelegramRetryAfter,
            "error": TelegramServerError,
            "bad_gateway": ClientDecodeError,
            "cut_before": TelegramNetworkError,
            "cut_after": TelegramNetworkError,
        }.items():
            simulator.faults.add(kind, seconds=3)
            with pytest.raises(error) as raised:
                await bot.send_message(chat_id, "b")
            assert getattr(raised.value, "retry_after", 3) == 3
        await phone.blocks(wait=False)
        with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
            await bot.send_message(chat_id, "c")


async def test_webhook_with_aiogram(simulator, bot, phone):
    dispatcher, aiogram = Dispatcher(), aiogram_bot(simulator)

    @dispatcher.message()
    async def on_message(message: aio.Message):
        return message.answer(f"Sanoit: {message.text}")  # as the answer of the webhook itself

    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, aiogram, handle_in_background=False, secret_token="salaisuus")
    handler.register(app, path="/hook")
    setup_application(app, dispatcher, bot=aiogram)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await aiogram.set_webhook(url, secret_token="salaisuus")
        await phone.says("hei")
        assert phone.sees == "Sanoit: hei"
    finally:
        await runner.cleanup()


# python-telegram-bot


def ptb_echo(simulator):
    application = ptb_application(simulator)

    async def on_start(update, context):
        rows = InlineKeyboardMarkup([[InlineKeyboardButton("Jatka", callback_data="go")]])
        await update.message.reply_html(f"<b>{context.args[0]}</b>", reply_markup=rows)

    async def on_go(update, context):
        await update.callback_query.answer("Jatketaan", show_alert=True)
        await update.callback_query.edit_message_text("Kiitos")

    async def on_photo(update, context):
        file = await update.message.photo[-1].get_file()
        content = bytes(await file.download_as_bytearray())
        await update.message.reply_photo(content, caption="Sama kuva")

    async def on_member(update, context):
        application.bot_data["member"] = update.my_chat_member.new_chat_member.status

    application.add_handler(CommandHandler("start", on_start))
    application.add_handler(CallbackQueryHandler(on_go))
    application.add_handler(MessageHandler(filters.PHOTO, on_photo))
    application.add_handler(ChatMemberHandler(on_member))
    return application


async def test_conversation_with_ptb(simulator, bot, phone):
    application = ptb_echo(simulator)
    async with ptb_polling(application):
        await phone.says("/start KOODI")
        assert (phone.messages[-1].html, phone.buttons) == ("<b>KOODI</b>", ["Jatka"])
        await phone.presses("Jatka")
        assert (phone.sees, phone.toast, phone.pressed.alert) == ("Kiitos", "Jatketaan", True)
        await phone.sends_photo(PNG)
        assert (phone.sees, phone.messages[-1].photo) == ("Sama kuva", PNG)
        await phone.blocks()
        assert application.bot_data["member"] == "kicked"
        await phone.unblocks()
        assert application.bot_data["member"] == "member"


async def test_edits_and_media_with_ptb(simulator, chat_id):
    async with ptb_application(simulator).bot as bot:
        photo = await bot.send_photo(chat_id, PNG, caption="<i>a</i>", parse_mode="HTML")
        assert photo.caption_html == "<i>a</i>"
        where = {"chat_id": chat_id, "message_id": photo.message_id}
        await bot.edit_message_caption(**where, caption="b")
        assert (await bot.edit_message_media(InputMediaPhoto(PNG, caption="c"), **where)).caption == "c"
        document = await bot.send_document(chat_id, b"a;b", filename="a.csv", protect_content=True)
        assert document.has_protected_content
        file = await document.document.get_file()
        assert await file.download_as_bytearray() == b"a;b"
        await bot.send_chat_action(chat_id, "typing")
        await bot.set_my_commands([("start", "Aloita")], language_code="fi")
        assert [c.command for c in await bot.get_my_commands(language_code="fi")] == ["start"]
        assert (await bot.get_chat(chat_id)).first_name == "Testi"
        assert await bot.delete_message(**where)


async def test_errors_that_ptb_raises(simulator, phone, chat_id, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # otherwise each RetryAfter warns of a coming change
    async with ptb_application(simulator).bot as bot:
        message = await bot.send_message(chat_id, "a")
        with pytest.raises(BadRequest, match="Message is not modified"):
            await bot.edit_message_text("a", chat_id=chat_id, message_id=message.message_id)
        for kind, error in {
            "flood": RetryAfter,
            "error": NetworkError,
            "bad_gateway": NetworkError,
            "cut_before": NetworkError,
            "cut_after": NetworkError,
        }.items():
            simulator.faults.add(kind, seconds=3)
            with pytest.raises(error) as raised:
                await bot.send_message(chat_id, "b")
            assert getattr(raised.value, "retry_after", timedelta(seconds=3)) == timedelta(seconds=3)
        await phone.blocks(wait=False)
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(chat_id, "c")


async def test_webhook_with_ptb(simulator, bot, phone, unused_tcp_port):
    application = ptb_echo(simulator)
    async with application:
        await application.start()
        await application.updater.start_webhook(
            "127.0.0.1",
            unused_tcp_port,
            "hook",
            webhook_url=f"http://127.0.0.1:{unused_tcp_port}/hook",
            secret_token="salaisuus",
        )
        await phone.says("/start KOODI")
        assert phone.sees == "KOODI"
        await application.updater.stop()
        await application.stop()
