"""How the page shows what bots send."""

from __future__ import annotations

from playwright.async_api import expect

from bot import pictures
from tests.browser.conftest import SMALL, Stage, Visit
from tests.browser.echo import key, picture

FORMATTED = (
    "<b>lihava <i>ja kalteva</i></b>, <u>alla</u>, <s>yli</s>, <code>koodi</code>, "
    '<a href="https://example.org/ohje">ohje</a>, <tg-spoiler>salaisuus</tg-spoiler>, 😀 <b>perässä</b>\n'
    "<blockquote>Lyhyt lainaus</blockquote>\n"
    "<blockquote expandable>" + "Pitkä lainaus jatkuu. " * 20 + "</blockquote>\n"
    "<pre>rivi 1\nrivi 2</pre>\nLopuksi /apua, posti@example.org ja +358 00 000 0000."
)
EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"&lt;b&gt;'


async def test_bubbles_stand_on_their_sides_and_tell_the_time(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await view.say("Moi!")
    await expect(view.last).to_contain_text("Sanoit: Moi!")
    own, theirs = view.client.locator(".message.own").last, view.last
    sides = "element => [element.getBoundingClientRect().left, element.getBoundingClientRect().right]"
    left, right = await view.log.evaluate(sides)
    assert right - 40 < (await own.evaluate(sides))[1] <= right
    assert left <= (await theirs.evaluate(sides))[0] < left + 40
    await expect(own.locator("time")).to_have_text("13.04")
    await expect(view.client.locator(".day")).to_have_text(["keskiviikko 12. maaliskuuta 2025"])


async def test_formatting_becomes_elements(stage: Stage, visit: Visit) -> None:
    view = await visit()
    stage.chat().started = True
    await stage.client_bot.say(stage.client.id, FORMATTED)
    words = view.last.locator(".words")
    for selector, text in {
        "b > i": "ja kalteva",
        "u": "alla",
        "s": "yli",
        "code >> nth=0": "koodi",
        "blockquote:not(:has(.clip))": "Lyhyt lainaus",
        "pre": "rivi 1\nrivi 2",
        "b >> nth=1": "perässä",
        'a[href="mailto:posti@example.org"]': "posti@example.org",
        'a[href="tel:+358000000000"]': "+358 00 000 0000",
    }.items():
        await expect(words.locator(selector)).to_have_text(text)
    outside = words.locator('a[href="https://example.org/ohje"]')
    await expect(outside).to_have_attribute("rel", "noopener noreferrer")
    await expect(outside).to_have_attribute("target", "_blank")


async def test_hidden_and_folded_text_opens(stage: Stage, visit: Visit) -> None:
    view = await visit()
    stage.chat().started = True
    await stage.client_bot.say(stage.client.id, FORMATTED)
    await expect(view.last).not_to_contain_text("salaisuus")
    await view.last.get_by_role("button", name="Näytä peitetty teksti").click()
    await expect(view.last).to_contain_text("salaisuus")
    clip = view.last.locator(".clip")
    folded = await clip.evaluate("clip => clip.clientHeight < clip.scrollHeight")
    await view.last.get_by_role("button", name="Näytä kaikki").click()
    assert folded
    assert await clip.evaluate("clip => clip.clientHeight === clip.scrollHeight")
    await expect(view.last.get_by_role("button", name="Näytä vähemmän")).to_have_attribute(
        "aria-expanded", "true"
    )


async def test_a_command_in_the_text_can_be_tapped(stage: Stage, visit: Visit) -> None:
    view = await visit()
    stage.chat().started = True
    await stage.client_bot.say(stage.client.id, "Kokeile: /ask")
    await view.last.get_by_role("button", name="/ask").click()
    await expect(view.last).to_contain_text("Miten jaksat?")


async def test_nothing_that_anyone_writes_becomes_html(stage: Stage, visit: Visit) -> None:
    view = await visit()
    stage.client.first_name = EVIL
    await view.begin()
    await view.say(EVIL)
    await expect(view.last).to_contain_text(f"Sanoit: {EVIL}")
    await stage.client_bot.say(stage.client.id, "Napit", [[key(EVIL[:60], "toast")]])
    await stage.client_bot.call("sendDocument", ("document", EVIL[:40], b"x"), chat_id=stage.client.id)
    await stage.client_bot.call(
        "sendPhoto", ("photo", "a.png", picture()), chat_id=stage.client.id, caption=EVIL
    )
    await view.last.locator(".picture").click()
    await expect(view.page.locator("dialog.viewer p")).to_have_text(EVIL)
    assert await view.page.evaluate("window.hacked") is None
    assert await view.page.locator("img[src=x], main script").count() == 0


async def test_a_tall_picture_keeps_its_shape(stage: Stage, visit: Visit) -> None:
    """The picture of a round is one: squeezed, its words are hard to read."""
    view = await visit(SMALL)
    stage.chat().started = True
    png = pictures.ratings([pictures.Rating("Asuminen", 3, "Melko tyytyväinen")] * 12, "Mitä sinulle kuuluu?")
    await stage.client_bot.call("sendPhoto", ("photo", "kuva.png", png), chat_id=stage.client.id)
    image = view.last.locator(".picture img")
    await expect(image).to_be_visible()
    shape = "i => i.decode().then(() => [i.width / i.height, i.naturalWidth / i.naturalHeight])"
    shown, real = await image.evaluate(shape)
    assert abs(shown / real - 1) < 0.02


async def test_a_picture_has_words_and_opens_large(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    stage.chat().started = True
    caption = "Näin olet <b>jaksanut</b>"
    upload = ("photo", "kuva.png", picture())
    await stage.client_bot.call(
        "sendPhoto", upload, chat_id=stage.client.id, caption=caption, parse_mode="HTML"
    )
    await expect(view.last.locator("img")).to_have_attribute("alt", "Näin olet jaksanut")
    await expect(view.last.locator(".words b")).to_have_text("jaksanut")
    opener = view.last.get_by_role("button", name="Suurenna kuva: Näin olet jaksanut")
    await opener.click()
    box = view.page.get_by_role("dialog")
    await expect(box.locator("img")).to_be_visible()
    assert await box.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") == 640
    await view.shoot("phone-picture")
    await view.page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_a_document_can_be_saved_unless_it_is_protected(stage: Stage, visit: Visit) -> None:
    view = await visit()
    stage.chat().started = True
    upload = ("document", "tapaaminen.ics", b"BEGIN:VCALENDAR")
    await stage.client_bot.call("sendDocument", upload, chat_id=stage.client.id, caption="Kalenteriin")
    async with view.page.expect_download() as saved:
        await view.last.get_by_role("link", name="Lataa tiedosto: tapaaminen.ics").click()
    download = await saved.value
    assert download.suggested_filename == "tapaaminen.ics"
    assert (await download.path()).read_bytes() == b"BEGIN:VCALENDAR"
    await stage.client_bot.call("sendDocument", upload, chat_id=stage.client.id, protect_content="true")
    await expect(view.last.locator(".kept")).to_have_text("Suojattu")
    await expect(view.last.get_by_role("link")).to_have_count(0)


async def test_typing_is_seen_until_the_message_comes(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await stage.client_bot.call("sendChatAction", chat_id=stage.client.id, action="typing")
    await expect(view.client.locator(".under")).to_have_text("Esimerkkibotti kirjoittaa…")
    await expect(view.client.locator(".dots")).to_be_visible()
    await stage.client_bot.say(stage.client.id, "Tässä olen")
    await expect(view.client.locator(".dots")).to_be_hidden()
    await expect(view.client.locator(".under")).to_have_text("Testi · Esimerkkibotti")


async def test_a_deleted_message_disappears(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await stage.client_bot.say(stage.client.id, "Unohda tämä", [[key("Poista", "delete")]])
    await view.key("Poista").click()
    await expect(view.client.get_by_text("Unohda tämä")).to_have_count(0)
    await expect(view.client.locator(".message")).to_have_count(2)


async def test_a_new_message_scrolls_into_view_but_not_under_a_reader(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    for number in range(12):
        await stage.client_bot.say(stage.client.id, f"Viesti {number}\njatkuu\nja jatkuu")
    await expect(view.last).to_contain_text("Viesti 11")
    await view.settled()
    await expect(view.last).to_be_in_viewport(ratio=1)
    await view.log.hover()
    await view.page.mouse.wheel(0, -900)
    await view.settled()
    before = await view.log.evaluate("log => log.scrollTop")
    await stage.client_bot.say(stage.client.id, "Viesti 12")
    newer = view.client.get_by_role("button", name="Uusi viesti")
    await expect(newer).to_be_visible()
    assert await view.log.evaluate("log => log.scrollTop") == before
    await newer.click()
    await view.settled()
    await expect(view.last).to_be_in_viewport(ratio=1)
    await expect(newer).to_be_hidden()


TOP = "element => element.getBoundingClientRect().top"


async def test_an_edit_never_moves_what_is_read(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    sent = [await stage.client_bot.say(stage.client.id, f"Viesti {n}") for n in range(20)]
    await expect(view.last).to_contain_text("Viesti 19")
    await view.settled()
    await view.log.hover()
    await view.page.mouse.wheel(0, -300)
    await view.settled()
    read = view.client.locator(".message", has_text="Viesti 13")
    await expect(read).to_be_in_viewport(ratio=1)
    before = await read.evaluate(TOP)
    for words in (40, 0, 20, 1):
        for message in (sent[0], sent[5], sent[14], sent[19]):
            text = f"Muutettu {words} " + "sana " * words
            await stage.client_bot.edit(message, text)
        await expect(view.last).to_contain_text(f"Muutettu {words}")
        await view.settled()
        assert abs(await read.evaluate(TOP) - before) <= 1, words


async def test_an_edited_last_message_stays_and_is_shown_whole(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    sent = [await stage.client_bot.say(stage.client.id, f"Viesti {n}") for n in range(10)][-1]
    await expect(view.last).to_contain_text("Viesti 9")
    await view.settled()
    before = await view.last.evaluate(TOP)
    await stage.client_bot.edit(sent, "Nyt sanoja on paljon enemmän. " * 10, [[key("Jatka", "toast")]])
    await expect(view.last).to_contain_text("paljon")
    await view.settled()
    await expect(view.last).to_be_in_viewport(ratio=1)
    grown = await view.last.evaluate(TOP)
    assert grown < before
    for text in ("Lyhyt.", "Vähän pidempi, mutta mahtuu samaan paikkaan kuin ennen.", "Taas lyhyt."):
        await stage.client_bot.edit(sent, text, [[key("Jatka", "toast")]])
        await expect(view.last).to_contain_text(text)
        await view.settled()
        assert abs(await view.last.evaluate(TOP) - grown) <= 1
