"""What a person can do in a telephone on the page, as the bot sees it."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import SMALL, Stage, Visit
from tests.browser.echo import key, picture, ticks


async def update(stage: Stage, kind: str = "message", at: int = -1) -> dict[str, Any]:
    """The newest update of a kind that the client bot has got."""
    for _ in range(250):
        if found := [seen[kind] for seen in stage.client_bot.seen if kind in seen]:
            return dict(found[at])
        await asyncio.sleep(0.02)
    raise AssertionError(f"the bot got no {kind}")


async def test_both_telephones_work_by_themselves(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await view.worker.get_by_role("button", name="Aloita", exact=True).click()
    await expect(view.worker.locator(".message").last).to_contain_text("Hei, Toinen!")
    await expect(view.last).to_contain_text("Hei, Testi!")
    await view.say("Asiakas kirjoittaa")
    await expect(view.last).to_contain_text("Sanoit: Asiakas kirjoittaa")
    await expect(view.worker.locator(".message")).to_have_count(2)


async def test_a_press_edits_the_message_in_place(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await view.key("Mitä sinulle kuuluu?").click()
    await expect(view.last.locator(".words")).to_contain_text("1/3 Miten jaksat?")
    await expect(view.last.locator(".meta")).to_contain_text("muokattu")
    await expect(view.client.locator(".message")).to_have_count(2)
    await view.key("3").click()
    await expect(view.last.locator(".words")).to_contain_text("2/3 Miten jaksat?")
    await expect(view.last.locator("[aria-busy]")).to_have_count(0)
    await view.shoot("desktop-conversation")


async def test_answers_come_as_a_toast_or_a_box(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await view.key("Etsi tukea").click()
    await expect(view.client.locator(".toast[role=status]")).to_have_text("Tallennettu.")
    await view.key("Tärkeää").click()
    box = view.page.get_by_role("alertdialog", name="Esimerkkibotti")
    await expect(box).to_contain_text("Hätätilanteessa soita 112.")
    await view.shoot("desktop-alert")
    await box.get_by_role("button", name="OK").click()
    await expect(box).to_be_hidden()
    await expect(view.key("Tärkeää")).to_be_focused()


async def test_links_lead_out_and_links_to_a_bot_stay(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    address = "https://t.me/esimerkki_tyo_bot?start=kutsu-1"
    stage.chat().started = True
    await stage.client_bot.say(stage.client.id, "Kutsu", [[{"text": "Avaa", "url": address}]])
    await expect(view.last.get_by_role("link")).to_have_attribute("href", address)
    await view.last.get_by_role("link").click()
    await expect(view.worker).to_be_visible()
    await expect(view.worker.locator(".message").last).to_contain_text("Sinut kutsui kutsu-1.")
    assert len(view.page.context.pages) == 1


async def test_commands_are_offered_for_a_slash(stage: Stage, visit: Visit) -> None:
    view = await visit()
    commands = [
        {"command": "start", "description": "Aloita alusta"},
        {"command": "ask", "description": "Mitä sinulle kuuluu?"},
    ]
    await stage.client_bot.call("setMyCommands", commands=commands)
    menu = view.client.get_by_role("button", name="Valikko")
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await view.field.press_sequentially("/")
    sheet = view.client.get_by_role("group", name="Komennot")
    await expect(sheet.get_by_role("button")).to_have_count(2)
    await view.field.press_sequentially("as")
    await expect(sheet.get_by_role("button")).to_have_text(["/askMitä sinulle kuuluu?"])
    await view.field.press("ArrowDown")
    await view.page.keyboard.press("Enter")
    await expect(view.last).to_contain_text("Miten jaksat?")
    await expect(view.field).to_have_value("")
    await expect(sheet).to_be_hidden()
    await menu.click()
    await expect(sheet.get_by_role("button").first).to_be_focused()
    await view.page.keyboard.press("Escape")
    await expect(menu).to_be_focused()


async def test_things_are_attached(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    attach = view.client.get_by_role("button", name="Liitä")
    for label, kind, shown in (
        ("Ääniviesti", "voice", "Ääniviesti0:03"),
        ("Sijainti", "location", "Sijainti62.2426, 25.7473"),
        ("Yhteystieto", "contact", "Testi+358000000000"),
    ):
        await attach.click()
        await view.client.get_by_role("button", name=label, exact=True).click()
        await expect(view.last.locator(".thing")).to_have_text(shown)
        assert kind in await update(stage)
    await attach.click()
    await view.client.get_by_role("button", name="Tarra", exact=True).click()
    await expect(view.last.get_by_alt_text("Tarra ☀️")).to_be_visible()
    assert await view.last.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") == 512
    await view.shoot("phone-attachments")


async def test_files_are_sent_with_the_text_as_their_caption(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    for label, name, content in (
        ("Kuva…", "kuva.png", picture()),
        ("Tiedosto…", "lasku ä.pdf", b"%PDF-1.4 lasku"),
    ):
        await view.field.fill(f"Tässä on {name}")
        await view.client.get_by_role("button", name="Liitä").click()
        async with view.page.expect_file_chooser() as chosen:
            await view.client.get_by_role("button", name=label).click()
        await (await chosen.value).set_files([{"name": name, "mimeType": "", "buffer": content}])
        await expect(view.last.locator(".words")).to_have_text(f"Tässä on {name}")
    seen = await update(stage)
    assert (seen["document"]["file_name"], seen["document"]["mime_type"]) == (
        "lasku ä.pdf",
        "application/pdf",
    )
    assert (await update(stage, at=-2))["photo"][0]["width"] == 640
    await expect(view.field).to_have_value("")


async def test_a_reply_names_the_message(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    greeting = view.client.locator(".message:not(.own)").first
    await greeting.hover()
    await greeting.get_by_role("button", name="Vastaa viestiin").click()
    await expect(view.client.locator(".reply-to")).to_contain_text("Vastaus: Hei, Testi!")
    await expect(view.field).to_be_focused()
    await view.say("Kiitos siitä")
    await expect(view.client.locator(".message.own .quoted")).to_contain_text("Hei, Testi!")
    await expect(view.client.locator(".reply-to")).to_be_hidden()
    assert (await update(stage))["reply_to_message"]["text"].startswith("Hei, Testi!")


async def test_a_keyboard_under_the_field_shares_the_number_once(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    await view.say("/share")
    keys = view.client.locator(".reply-keys")
    await expect(keys.get_by_role("button")).to_have_count(2)
    await view.shoot("phone-share-number")
    await keys.get_by_role("button", name="Jaa puhelinnumeroni").click()
    await expect(view.client.locator(".message.own").last).to_contain_text("+358000000000")
    assert (await update(stage))["contact"]["user_id"] == stage.client.id
    await expect(keys).to_be_hidden()


async def test_blocking_stops_the_bot_and_unblocking_lets_it_write(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    await view.client.get_by_role("button", name="Puhelimen asetukset").click()
    await view.client.get_by_role("button", name="Estä botti").click()
    await expect(view.client.get_by_text("Olet estänyt botin.")).to_be_visible()
    await expect(view.field).to_be_hidden()
    assert (await update(stage, "my_chat_member"))["new_chat_member"]["status"] == "kicked"
    await view.page.keyboard.press("Escape")
    await view.shoot("phone-blocked")
    await view.client.get_by_role("button", name="Poista esto").click()
    await expect(view.field).to_be_focused()
    await view.say("Palasin")
    await expect(view.last).to_contain_text("Sanoit: Palasin")


async def test_focus_stays_on_the_pressed_place(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await stage.client_bot.say(stage.client.id, "Valitse", ticks(False))
    await view.key("☐ Ystävät").press("Enter")
    await expect(view.key("☑ Ystävät")).to_be_focused()
    await view.key("☑ Ystävät").press("Enter")
    await expect(view.key("☐ Ystävät")).to_be_focused()
    await stage.client_bot.say(stage.client.id, "Kysely", [[key("Aloita kysely", "rate:0")]])
    await view.key("Aloita kysely").press("Enter")
    await expect(view.last).to_be_focused()  # the button is gone: the new question itself is next
    await expect(view.last).to_contain_text("1/3")
    await view.key("Ohita").press("Enter")
    await expect(view.last).to_contain_text("2/3")
    await expect(view.last).to_be_focused()
    await stage.client_bot.say(stage.client.id, "Katoava", [[key("Poista", "delete")]])
    await view.key("Poista").press("Enter")
    await expect(view.client.get_by_text("Katoava")).to_have_count(0)
    await expect(view.last).to_be_focused()


async def test_a_copy_button_copies(stage: Stage, visit: Visit) -> None:
    view = await visit(permissions=["clipboard-read", "clipboard-write"])
    await view.begin()
    button = {"text": "Kopioi numero", "copy_text": {"text": "+358000000000"}}
    await stage.client_bot.say(stage.client.id, "Numero", [[button]])
    await view.key("Kopioi numero").click()
    await expect(view.client.get_by_text("Kopioitu")).to_be_visible()
    assert await view.page.evaluate("navigator.clipboard.readText()") == "+358000000000"
