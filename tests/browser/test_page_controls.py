"""The clock, the people, the languages, and the page's own endurance."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.browser.conftest import SMALL, START, Stage, View, Visit


def face(page: Page) -> list[str]:
    return [f"[data-clock={part}]" for part in ("time", "date")]


async def expect_clock(view: View, time: str, date: str) -> None:
    for selector, text in zip(face(view.page), (time, date), strict=True):
        await expect(view.page.locator(selector)).to_have_text(text)


async def test_the_clock_moves_by_steps_and_to_a_moment(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await expect_clock(view, "13.04", "keskiviikko 12. maaliskuuta 2025")
    forward = view.page.get_by_role("group", name="Siirrä kelloa eteenpäin")
    await forward.get_by_role("button", name="1 tunti").click()
    await expect_clock(view, "14.04", "keskiviikko 12. maaliskuuta 2025")
    await forward.get_by_role("button", name="1 päivä").click()
    await forward.get_by_role("button", name="1 viikko").click()
    await expect_clock(view, "14.04", "torstai 20. maaliskuuta 2025")
    await view.page.get_by_label("Siirrä hetkeen").fill("2025-03-31T08:30")  # summer time has begun
    await view.page.get_by_role("button", name="Siirrä", exact=True).click()
    await expect_clock(view, "8.30", "maanantai 31. maaliskuuta 2025")
    assert abs(stage.simulator.clock.now() - START.replace(day=31, hour=5, minute=30)) < timedelta(seconds=20)
    await stage.client_bot.say(stage.client.id, "Muistutus")
    await expect(view.client.locator(".day")).to_have_text(
        ["keskiviikko 12. maaliskuuta 2025", "maanantai 31. maaliskuuta 2025"]
    )


async def test_the_clock_does_not_go_back(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.page.get_by_label("Siirrä hetkeen").fill("2024-12-24T12:00")
    await view.page.get_by_role("button", name="Siirrä", exact=True).click()
    await expect(view.page.get_by_text("Kelloa voi siirtää vain eteenpäin.")).to_be_visible()
    await expect(view.page.get_by_label("Siirrä hetkeen")).to_be_focused()
    await expect_clock(view, "13.04", "keskiviikko 12. maaliskuuta 2025")


async def test_another_client_begins_anew_and_the_first_can_be_chosen(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await view.page.get_by_role("button", name="Uusi asiakas").click()
    start = view.client.get_by_role("button", name="Aloita", exact=True)
    await expect(start).to_be_focused()
    await start.click()
    await expect(view.last).to_contain_text("Hei, Asiakas 2!")
    await stage.client_bot.say(stage.client.id, "Sinulle, ensimmäinen")
    await view.client.get_by_role("button", name="Puhelimen asetukset").click()
    who = view.client.get_by_label("Kenen puhelin")
    await expect(who.locator("option")).to_have_text(["Testi (1 lukematon viesti)", "Asiakas 2"])
    await view.shoot("desktop-settings")
    await who.select_option(str(stage.client.id))
    await expect(view.last).to_contain_text("Sinulle, ensimmäinen")
    await expect(view.client.locator(".message")).to_have_count(3)


async def test_the_language_of_telegram_reaches_the_bot(stage: Stage, visit: Visit) -> None:
    view = await visit()
    for language, text in (("", "Aloita"), ("uk", "Почати")):
        await stage.client_bot.call(
            "setMyCommands", commands=[{"command": "start", "description": text}], language_code=language
        )
    await view.client.get_by_role("button", name="Puhelimen asetukset").click()
    await view.client.get_by_label("Telegramin kieli").select_option("uk")
    await view.client.get_by_role("button", name="Valikko").click()
    await expect(view.client.get_by_role("group", name="Komennot")).to_contain_text("Почати")
    await view.client.get_by_role("button", name="/start").click()
    await expect(view.last).to_contain_text("Hei")
    assert stage.client_bot.seen[-1]["message"]["from"]["language_code"] == "uk"


async def test_the_page_itself_speaks_three_languages(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    page = view.page
    for label, code, heading, title in (
        ("Svenska", "sv", "Rinnalla – prov", "Klientens telefon"),
        ("English", "en", "Rinnalla – trial", "The client’s telephone"),
        ("Suomi", "fi", "Rinnalla – kokeilu", "Asiakkaan puhelin"),
    ):
        await page.get_by_role("button", name=label).click()
        await expect(page.locator("html")).to_have_attribute("lang", code)
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        await expect(view.client.get_by_role("heading")).to_have_text(title)
        await expect(page.get_by_role("button", name=label)).to_have_attribute("aria-pressed", "true")
        assert await page.title() == heading
    await page.get_by_role("button", name="English").click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("[data-clock=date]")).to_have_text("Wednesday 12 March 2025")


async def test_every_text_exists_in_every_language(visit: Visit) -> None:
    view = await visit()
    keys = await view.page.evaluate(
        """async () => {
            const source = await (await fetch("/sim/static/texts.js")).text();
            const blocks = source.split(/^  (?:fi|sv|en): \\{$/m).slice(1);
            return blocks.map((block) => [...block.split(/^  \\},$/m)[0].matchAll(/^    (\\w+):/gm)].map((m) => m[1]));
        }"""
    )
    assert len(keys) == 3
    assert len(keys[0]) > 60
    assert keys[0] == keys[1] == keys[2]


async def test_starting_over_asks_first(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await view.page.get_by_role("button", name="Uusi asiakas").click()
    await view.page.get_by_role("button", name="1 viikko").click()
    for answer, day in (("Peruuta", "19."), ("Aloita alusta", "12.")):
        await view.page.locator(".board").get_by_role("button", name="Aloita alusta").click()
        await view.page.get_by_role("alertdialog").get_by_role("button", name=answer).click()
        await expect(view.page.locator("[data-clock=date]")).to_contain_text(day)
    await expect(view.client.locator(".message")).to_have_count(0)
    await expect(view.client.locator(".under")).to_have_text("Testi · Esimerkkibotti")
    await view.begin()
    await expect(view.last).to_contain_text("Hei, Testi!")


async def test_a_small_screen_has_tabs_that_count_the_unread(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await view.begin()
    client, worker = (view.page.get_by_role("tab", name=name) for name in ("Asiakas", "Työntekijä"))
    await expect(client).to_have_attribute("aria-selected", "true")
    await expect(view.worker).to_be_hidden()
    await client.press("ArrowRight")
    await expect(worker).to_be_focused()
    await expect(view.page.get_by_role("tabpanel", name="Työntekijän puhelin")).to_be_visible()
    await stage.client_bot.say(stage.client.id, "Yksi")
    await stage.client_bot.say(stage.client.id, "Kaksi")
    await expect(client).to_have_accessible_name("Asiakas , 2 lukematonta viestiä")
    await expect(client.locator(".badge")).to_have_text("2")
    await view.shoot("phone-unread")
    await client.click()
    await expect(client.locator(".badge")).to_have_count(0)
    await expect(view.last).to_be_in_viewport(ratio=1)


async def test_the_page_recovers_when_the_connection_was_lost(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    port = int(stage.simulator.url.rpartition(":")[2])
    await stage.simulator.stop()
    await expect(view.page.get_by_text("Yhteys kokeiluun katkesi.")).to_be_visible()
    stage.chat().deliver({"text": "Tuli sillä välin"})
    await stage.simulator.start(port=port)
    await expect(view.last).to_contain_text("Tuli sillä välin", timeout=15000)
    await expect(view.page.get_by_text("Yhteys kokeiluun katkesi.")).to_be_hidden()
    stage.chat().deliver({"text": "Ja tämä heti"})
    await expect(view.last).to_contain_text("Ja tämä heti")


async def test_two_windows_show_the_same(stage: Stage, visit: Visit) -> None:
    first, second = await visit(), await visit(SMALL)
    await first.begin()
    await expect(second.last).to_contain_text("Hei, Testi!")
    await second.say("Toisesta ikkunasta")
    await expect(first.last).to_contain_text("Sanoit: Toisesta ikkunasta")
