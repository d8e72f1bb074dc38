"""Each rule of Telegram about messages that a bot can break, with Telegram's own words."""

from datetime import timedelta

import pytest
from PIL import Image

from bot.simulator.attachments import PNG
from tests.simulator.helpers import Api


def keyboard(*buttons, rows=1):
    return {"inline_keyboard": [list(buttons)] * rows}


def button(text="Ok", **action):
    return {"text": text, **(action or {"callback_data": "ok"})}


@pytest.fixture
async def message_id(api, chat_id):
    message = await api.ok("sendMessage", chat_id=chat_id, text="Hei", reply_markup=keyboard(button()))
    return message["message_id"]


# Texts


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        (
            {"text": "<br>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "br" at byte offset 0',
        ),
        (
            {"text": "<b>x", "parse_mode": "html"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "x", "parse_mode": "XML"}, "unsupported parse_mode"),
        (
            {"text": "x", "parse_mode": "MarkdownV2"},
            "the simulator does not read parse_mode MarkdownV2, only HTML",
        ),
        (
            {"text": "hei", "entities": [{"type": "bold", "offset": 9, "length": 1}]},
            "entity begins after the end of the text at UTF-16 offset 9",
        ),
        (
            {"text": "hei", "entities": [{"type": "bold", "offset": 0, "length": 9}]},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9",
        ),
        ({"text": "hei", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "hei", "foo": 1}, "sendMessage has no parameter foo"),
        (
            {"text": "hei", "message_thread_id": 1},
            "the simulator does not know the parameter message_thread_id",
        ),
        ({"text": "hei", "disable_notification": "ehkä"}, "parameter disable_notification is wrong"),
        ({"text": "hei", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
    ],
)
async def test_texts_that_are_refused(api, chat_id, params, complaint):
    said = await api.refused("sendMessage", chat_id=chat_id, **params)
    assert said.startswith(f"Bad Request: {complaint}")


async def test_length_is_counted_without_tags(api, chat_id):
    message = await api.ok("sendMessage", chat_id=chat_id, text=f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


async def test_what_changes_nothing_visible_is_taken(api, chat_id):
    message = await api.ok(
        "sendMessage",
        chat_id=str(chat_id),
        text="https://esimerkki.fi",
        link_preview_options={"is_disabled": True},
        disable_notification="true",
        protect_content=True,
    )
    assert message["has_protected_content"] is True


@pytest.mark.parametrize(
    ("chat", "complaint"),
    [
        ("", "Bad Request: chat_id is empty"),
        (1, "Bad Request: chat not found"),
        (-1, "Bad Request: chat not found"),
        ("@nobody", "Bad Request: chat not found"),
    ],
)
async def test_chats_that_do_not_exist(api, chat, complaint):
    assert await api.refused("sendMessage", chat_id=chat, text="Hei") == complaint


async def test_bot_cannot_write_first(api, user):
    said = await api.refused("sendMessage", chat_id=user.id, text="Hei")
    assert said == "Forbidden: bot can't initiate conversation with a user"


async def test_bot_cannot_write_after_a_block(api, phone, chat_id, message_id):
    await phone.blocks(wait=False)
    blocked = "Forbidden: bot was blocked by the user"
    assert await api.refused("sendMessage", chat_id=chat_id, text="Hei") == blocked
    assert await api.refused("editMessageText", chat_id=chat_id, message_id=message_id, text="Moi") == blocked
    assert await api.refused("sendChatAction", chat_id=chat_id, action="typing") == blocked
    await phone.unblocks(wait=False)
    await api.ok("sendMessage", chat_id=chat_id, text="Hei")


# Keyboards


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        (keyboard(button(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
        (keyboard(button(callback_data="ä" * 33)), "BUTTON_DATA_INVALID"),
        (
            keyboard(button(callback_data="")),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard({"text": "Ok"}),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard({"callback_data": "x"}),
            "parameter reply_markup.inline_keyboard.0.0.text is wrong: Field required",
        ),
        (
            keyboard(button(callback_data="x", url="https://a.fi")),
            "can't parse inline keyboard button: exactly one of the optional fields must be used",
        ),
        (
            keyboard(button(url="tel:112")),
            "inline keyboard button URL 'tel:112' is invalid: Wrong HTTP URL",
        ),
        (
            keyboard(button(url="tel:+358401234567")),
            "inline keyboard button URL 'tel:+358401234567' is invalid: Wrong port number",
        ),
        (
            keyboard(button(web_app={"url": "http://a.fi"})),
            "inline keyboard button Web App URL 'http://a.fi' is invalid: Only HTTPS links are allowed",
        ),
        (keyboard(button(copy_text={"text": "x" * 257})), "BUTTON_COPY_TEXT_INVALID"),
        (keyboard(button(pay=True)), "BUTTON_TYPE_INVALID"),
        (keyboard(*[button()] * 9), "reply markup is too long"),
        (keyboard(*[button()] * 8, rows=13), "reply markup is too long"),
        ({"keyboard": []}, "reply keyboard must be non-empty"),
        ({"inline_keyboard": [{}]}, "parameter reply_markup.inline_keyboard.0 is wrong: Input should be a"),
        (
            keyboard(button(callback_data=1)),
            "parameter reply_markup.inline_keyboard.0.0.callback_data is wrong",
        ),
        ({"buttons": []}, "object expected as reply markup"),
        ("[]", "object expected as reply markup"),
    ],
)
async def test_keyboards_that_are_refused(api, chat_id, markup, complaint):
    said = await api.refused("sendMessage", chat_id=chat_id, text="Hei", reply_markup=markup)
    assert said.startswith(f"Bad Request: {complaint}")


async def test_keyboards_that_are_taken(api, chat_id):
    full = keyboard(*[button(callback_data="x" * 64)] * 8, rows=12)
    kept = await api.ok("sendMessage", chat_id=chat_id, text="Hei", reply_markup=full)
    assert kept["reply_markup"] == full
    link = keyboard(button(url="https://Esimerkki.fi"), button(copy_text={"text": "KOODI"}))
    kept = await api.ok("sendMessage", chat_id=chat_id, text="Hei", reply_markup=link)
    assert kept["reply_markup"]["inline_keyboard"][0][0]["url"] == "https://esimerkki.fi/"
    empty = await api.ok("sendMessage", chat_id=chat_id, text="Hei", reply_markup={"inline_keyboard": []})
    assert "reply_markup" not in empty


async def test_keyboard_under_the_text_field(api, phone, chat_id):
    rows = {"keyboard": [["Kyllä", {"text": "Ei"}]], "resize_keyboard": True}
    sent = await api.ok("sendMessage", chat_id=chat_id, text="Sopiiko?", reply_markup=rows)
    assert phone.buttons == ["Kyllä", "Ei"]
    said = await api.refused(
        "editMessageText", chat_id=chat_id, message_id=sent["message_id"], text="Sopiiko se?"
    )
    assert said == "Bad Request: message can't be edited"
    await phone.presses("Kyllä", wait=False)
    assert phone.screen == "Kyllä"
    await api.ok("sendMessage", chat_id=chat_id, text="Kiitos", reply_markup={"remove_keyboard": True})
    assert phone.buttons == []


# Editing


async def test_edit_with_the_same_content_is_refused(api, chat_id, message_id):
    same = {"chat_id": chat_id, "message_id": message_id, "text": "<i></i>Hei ", "parse_mode": "HTML"}
    said = await api.refused("editMessageText", **same, reply_markup=keyboard(button()))
    assert said == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )
    edited = await api.ok("editMessageText", **same)  # without the keyboard: that is a change
    assert edited["edit_date"]
    assert "reply_markup" not in edited


async def test_edit_of_the_keyboard_alone(api, phone, chat_id, message_id):
    where = {"chat_id": chat_id, "message_id": message_id}
    said = await api.refused("editMessageReplyMarkup", **where, reply_markup=keyboard(button()))
    assert "message is not modified" in said
    await api.ok("editMessageReplyMarkup", **where, reply_markup=keyboard(button("Muu")))
    assert phone.buttons == ["Muu"]
    await api.ok("editMessageReplyMarkup", **where)
    assert phone.buttons == []


async def test_edits_that_are_refused(api, chat_id, message_id):
    where = {"chat_id": chat_id, "message_id": message_id}
    edit = "editMessageText"
    assert await api.refused(edit, chat_id=chat_id, message_id=99, text="a") == (
        "Bad Request: message to edit not found"
    )
    assert await api.refused(edit, chat_id=chat_id, message_id=1, text="a") == (
        "Bad Request: message can't be edited"
    )
    assert await api.refused(edit, chat_id=chat_id, text="a") == (
        "Bad Request: message identifier is not specified"
    )
    assert await api.refused(edit, message_id=message_id, text="a") == "Bad Request: chat_id is empty"
    assert await api.refused("editMessageCaption", **where, caption="a") == (
        "Bad Request: there is no caption in the message to edit"
    )
    said = await api.refused(edit, **where, text="a", reply_markup={"remove_keyboard": True})
    assert said == "Bad Request: parameter reply_markup.inline_keyboard is wrong: Field required"


# Pictures and files


async def test_photo_is_sent_kept_and_sent_again(api, phone, chat_id):
    status, body = await api.upload(
        "sendPhoto", {"photo": PNG}, chat_id=str(chat_id), caption="<b>Kuva</b>", parse_mode="HTML"
    )
    assert status == 200
    [size] = body["result"]["photo"]
    assert (size["width"], size["height"], size["file_size"]) == (1, 1, len(PNG))
    assert (phone.messages[-1].photo, phone.messages[-1].html) == (PNG, "<b>Kuva</b>")
    await api.ok("sendPhoto", chat_id=chat_id, photo=size["file_id"])
    assert phone.messages[-1].photo == PNG
    file = await api.ok("getFile", file_id=size["file_id"])
    async with api.session.get(f"{api.simulator.url}/file/bot{api.token}/{file['file_path']}") as response:
        assert await response.read() == PNG


async def test_captions_are_limited_and_can_be_edited(api, chat_id):
    await api.upload("sendPhoto", {"photo": PNG}, chat_id=str(chat_id))
    where = {"chat_id": chat_id, "message_id": 2}
    said = await api.refused("editMessageCaption", **where, caption="x" * 1025)
    assert said == "Bad Request: message caption is too long"
    edited = await api.ok("editMessageCaption", **where, caption="x" * 1024)
    assert edited["photo"]
    said = await api.refused("editMessageText", **where, text="a")
    assert said == "Bad Request: there is no text in the message to edit"


def jpeg(width, height, tmp_path):
    Image.new("L", (width, height)).save(tmp_path / "picture.jpg")
    return (tmp_path / "picture.jpg").read_bytes()


async def test_jpeg_is_measured(api, chat_id, tmp_path):
    _, body = await api.upload("sendPhoto", {"photo": jpeg(40, 30, tmp_path)}, chat_id=str(chat_id))
    assert (body["result"]["photo"][-1]["width"], body["result"]["photo"][-1]["height"]) == (40, 30)


@pytest.mark.parametrize(
    ("size", "complaint"),
    [((10, 201), "PHOTO_INVALID_DIMENSIONS"), ((9000, 1001), "PHOTO_INVALID_DIMENSIONS")],
)
async def test_pictures_of_odd_shape_are_refused(api, chat_id, tmp_path, size, complaint):
    _, body = await api.upload("sendPhoto", {"photo": jpeg(*size, tmp_path)}, chat_id=str(chat_id))
    assert body["description"] == f"Bad Request: {complaint}"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"%PDF-1.7", "Bad Request: IMAGE_PROCESS_FAILED"),
        (b"", "Bad Request: file must be non-empty"),
    ],
)
async def test_files_that_are_no_photos(api, chat_id, content, complaint):
    _, body = await api.upload("sendPhoto", {"photo": content}, chat_id=str(chat_id))
    assert body["description"] == complaint


async def test_photos_are_limited_in_size(api, chat_id):
    _, body = await api.upload("sendPhoto", {"photo": PNG + bytes(10 * 1024 * 1024)}, chat_id=str(chat_id))
    size = len(PNG) + 10 * 1024 * 1024
    assert body["description"] == (
        f"Bad Request: file of size {size} bytes is too big for a photo; the maximum size is 10485760 bytes"
    )


async def test_file_references_that_are_refused(api, simulator, bot, chat_id):
    document = simulator.add_file(bot, "document", b"a")
    for photo, complaint in {
        "foo": "wrong file identifier/HTTP URL specified",
        "attach://foo": "wrong file identifier/HTTP URL specified",
        "https://a.fi/a.png": "failed to get HTTP URL content",
        document.id: "can't use file of type Document as Photo",
        "": "there is no photo in the request",
    }.items():
        assert await api.refused("sendPhoto", chat_id=chat_id, photo=photo) == f"Bad Request: {complaint}"


async def test_file_belongs_to_one_bot(api, simulator, bot, chat_id):
    simulator.add_bot("2:other", "other_bot", "Toinen")
    mine = simulator.add_file(bot, "document", b"a")
    other = Api(api.session, simulator, "2:other")
    assert await other.refused("getFile", file_id=mine.id) == "Bad Request: invalid file_id"
    async with api.session.get(f"{simulator.url}/file/bot2:other/{mine.path}") as response:
        assert response.status == 404


async def test_document_and_change_of_media(api, phone, chat_id):
    _, body = await api.upload("sendDocument", {"document": b"a;b"}, chat_id=str(chat_id))
    assert body["result"]["document"]["file_name"] == "document.png"
    assert phone.messages[-1].document == b"a;b"
    media = '{"type": "photo", "media": "attach://new", "caption": "Uusi"}'
    where = {"chat_id": str(chat_id), "message_id": str(body["result"]["message_id"])}
    status, body = await api.upload("editMessageMedia", {"new": PNG}, media=media, **where)
    assert status == 200, body
    assert (phone.messages[-1].photo, phone.screen) == (PNG, "Uusi")
    same = {"type": "photo", "media": body["result"]["photo"][-1]["file_id"], "caption": "Uusi"}
    assert "message is not modified" in await api.refused("editMessageMedia", media=same, **where)


# Deleting


async def test_delete(api, phone, chat_id, message_id):
    await api.ok("deleteMessage", chat_id=chat_id, message_id=message_id)
    assert [message.text for message in phone.messages] == ["/start"]
    said = await api.refused("deleteMessage", chat_id=chat_id, message_id=message_id)
    assert said == "Bad Request: message to delete not found"
    await api.ok("deleteMessages", chat_id=chat_id, message_ids=[1, 99])
    assert phone.messages == []


async def test_old_messages_cannot_be_deleted(api, simulator, chat_id, message_id):
    await simulator.clock.forward(timedelta(hours=48, seconds=1))
    too_old = "Bad Request: message can't be deleted for everyone"
    assert await api.refused("deleteMessage", chat_id=chat_id, message_id=message_id) == too_old
    assert await api.refused("deleteMessages", chat_id=chat_id, message_ids=[message_id]) == too_old


# Answers to presses


async def test_answers_to_presses(api, simulator, phone, chat_id, message_id):
    await phone.presses("Ok", wait=False)
    query = phone.pressed
    too_long = await api.refused("answerCallbackQuery", callback_query_id=query.id, text="x" * 201)
    assert too_long == "Bad Request: MESSAGE_TOO_LONG"
    await api.ok("answerCallbackQuery", callback_query_id=query.id, text="Kiitos", show_alert=True)
    assert (phone.toast, query.alert, query.answered) == ("Kiitos", True, True)
    await api.ok("answerCallbackQuery", callback_query_id=query.id)  # twice is no fault
    await simulator.clock.forward(timedelta(minutes=16))
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await api.refused("answerCallbackQuery", callback_query_id=query.id) == too_old
    assert await api.refused("answerCallbackQuery", callback_query_id="1") == too_old


async def test_chat_action(api, phone, chat_id):
    await api.ok("sendChatAction", chat_id=chat_id, action="typing")
    assert phone.chat.action == "typing"
    said = await api.refused("sendChatAction", chat_id=chat_id, action="dancing")
    assert said == "Bad Request: wrong parameter action in request"
    await api.ok("sendMessage", chat_id=chat_id, text="Hei")
    assert phone.chat.action == ""
