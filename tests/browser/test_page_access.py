"""Whoever uses the page: by keyboard, with a screen reader, on a small screen, in the dark, without motion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.browser.conftest import LARGE, SMALL, Stage, View, Visit
from tests.browser.echo import picture
from tests.browser.test_page_messages import FORMATTED

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
State = Callable[[View, Stage], Awaitable[None]]


async def nothing_yet(view: View, stage: Stage) -> None:
    await expect(view.client.get_by_role("button", name="Aloita", exact=True)).to_be_visible()


async def conversation(view: View, stage: Stage) -> None:
    await view.begin()
    await view.say("Moi! Olen ollut viime aikoina väsynyt.")
    await expect(view.last).to_contain_text("Sanoit")
    await stage.client_bot.say(stage.client.id, FORMATTED, protect_content="true")
    upload = ("photo", "kuva.png", picture())
    await stage.client_bot.call("sendPhoto", upload, chat_id=stage.client.id, caption="Näin olet jaksanut")
    await stage.client_bot.call("sendDocument", ("document", "a.ics", b"BEGIN"), chat_id=stage.client.id)
    await expect(view.last.locator(".document")).to_be_visible()


async def things(view: View, stage: Stage) -> None:
    await view.begin()
    for label in ("Ääniviesti", "Sijainti", "Yhteystieto", "Tarra"):
        await view.client.get_by_role("button", name="Liitä").click()
        await view.client.get_by_role("button", name=label, exact=True).click()
    await expect(view.client.locator(".sticker")).to_be_visible()
    await view.client.get_by_role("button", name="Liitä").click()


async def commands(view: View, stage: Stage) -> None:
    await stage.client_bot.call(
        "setMyCommands", commands=[{"command": "ask", "description": "Mitä sinulle kuuluu?"}]
    )
    await conversation(view, stage)
    await view.client.get_by_role("button", name="Valikko").click()


async def everything_open(view: View, stage: Stage) -> None:
    await view.begin()
    await view.say("/share")
    await expect(view.client.locator(".reply-keys")).to_be_visible()
    await view.client.locator(".message:not(.own)").first.hover()
    await view.client.get_by_role("button", name="Vastaa viestiin").first.click()
    await view.client.get_by_role("button", name="Puhelimen asetukset").click()
    if await view.page.locator(".board-toggle").is_visible():
        await view.page.get_by_role("button", name="Säädöt").click()
    await view.page.get_by_label("Siirrä hetkeen").fill("2024-12-24T12:00")
    await view.page.get_by_role("button", name="Siirrä", exact=True).click()
    await expect(view.page.get_by_text("Kelloa voi siirtää vain eteenpäin.")).to_be_visible()


async def alert(view: View, stage: Stage) -> None:
    await view.begin()
    await view.key("Etsi tukea").click()
    await expect(view.client.get_by_text("Tallennettu.")).to_be_visible()
    await view.key("Tärkeää").click()
    await expect(view.page.get_by_role("alertdialog")).to_be_visible()


async def blocked(view: View, stage: Stage) -> None:
    await view.begin()
    stage.chat().block()
    await expect(view.client.get_by_text("Olet estänyt botin.")).to_be_visible()


async def other_telephone(view: View, stage: Stage) -> None:
    if await view.worker.is_hidden():
        await view.page.get_by_role("tab", name="Työntekijä").click()
    await view.worker.get_by_role("button", name="Aloita", exact=True).click()
    await expect(view.worker.locator(".key").first).to_be_visible()


STATES: list[State] = [
    nothing_yet,
    conversation,
    things,
    commands,
    everything_open,
    alert,
    blocked,
    other_telephone,
]


@pytest.mark.parametrize(("size", "device"), [(SMALL, "phone"), (LARGE, "desktop")])
@pytest.mark.parametrize("state", STATES)
async def test_no_barrier_is_found(
    stage: Stage, visit: Visit, state: State, size: tuple[int, int], device: str
) -> None:
    view = await visit(size, reduced_motion="reduce")
    await state(view, stage)
    for scheme in SCHEMES:
        await view.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await view.shoot(f"{device}-{state.__name__}-{scheme}")
        found = await Axe().run(view.page)
        assert not found.response["violations"], found.generate_report()
    width, shown = await view.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= shown


@pytest.mark.parametrize("state", [conversation, things, everything_open])
async def test_small_and_zoomed_screens_need_no_sideways_scrolling(
    stage: Stage, visit: Visit, state: State
) -> None:
    view = await visit((320, 480))
    await state(view, stage)
    wide = await view.page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("body *")]
            .filter((element) => element.checkVisibility() && !element.closest(".unseen, .label"))
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
            .map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert wide == []


async def test_targets_are_large_enough(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL)
    await everything_open(view, stage)
    await stage.client_bot.say(stage.client.id, FORMATTED)
    await expect(view.last.locator(".words")).to_be_visible()
    sizes = """(least) => [...document.querySelectorAll("button, select, input, textarea, a.key, a.document")]
        .filter((element) => element.checkVisibility() && !element.matches(".tap, .spoiler"))
        .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
        .filter(([, box]) => box.height < least || box.width < least)
        .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
    small = await view.page.evaluate(sizes, 44)
    assert all('class="square answer"' in each or 'class="unfold"' in each for each in small), small
    assert await view.page.evaluate(sizes, 24) == []


async def test_the_whole_way_goes_by_keyboard(stage: Stage, visit: Visit) -> None:
    view = await visit()
    press = view.page.keyboard.press

    async def tab_to(name: str) -> None:
        for _ in range(30):
            await press("Tab")
            if await view.page.evaluate("document.activeElement.textContent.trim()") == name:
                return
        raise AssertionError(f"Tab does not reach {name}")

    await press("Tab")
    await expect(view.page.get_by_role("link", name="Siirry puhelimiin")).to_be_focused()
    await expect(view.page.get_by_role("link", name="Siirry puhelimiin")).to_be_in_viewport()
    await press("Enter")
    await tab_to("Aloita")
    await press("Enter")
    await expect(view.last).to_contain_text("Hei, Testi!")
    await expect(view.last).to_be_focused()
    await tab_to("Mitä sinulle kuuluu?")
    await press("Enter")
    await expect(view.last).to_contain_text("1/3")
    for number in ("2/3", "3/3", "valmista"):
        await tab_to("4")
        await press("Space")
        await expect(view.last).to_contain_text(number)
        await expect(view.last).to_be_focused()
    for _ in range(10):
        await press("Tab")
        if await view.field.evaluate("field => field === document.activeElement"):
            break
    await view.page.keyboard.type("Kiitos")
    await press("Enter")
    await expect(view.last).to_contain_text("Sanoit: Kiitos")
    await expect(view.field).to_be_focused()


async def test_focus_is_seen(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    for _ in range(25):
        await view.page.keyboard.press("Tab")
        outline = await view.page.evaluate(
            """() => {
                if (document.activeElement === document.body) return ["solid", ""]; // between the last and the first
                const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
                return [outlineStyle, outlineWidth, document.activeElement.outerHTML.slice(0, 80)];
            }"""
        )
        assert outline[0] in {"solid", "auto"}, outline
        assert outline[1] != "0px", outline


async def test_a_screen_reader_finds_its_way(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    page = view.page
    await expect(page.get_by_role("banner")).to_contain_text("Mikään viesti ei lähde tältä koneelta.")
    await expect(page.get_by_role("main")).to_have_count(1)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Rinnalla – kokeilu")
    titles = ["Kokeilun kello", "Kokeilijat", "Asiakkaan puhelin", "Työntekijän puhelin"]
    await expect(page.get_by_role("heading", level=2)).to_have_text(titles)
    await expect(page.get_by_role("region", name="Asiakkaan puhelin")).to_have_count(1)
    log = page.get_by_role("log", name="Keskustelu: Esimerkkibotti")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log).to_have_attribute("lang", "fi")
    await expect(view.client.get_by_label("Viesti", exact=True)).to_have_count(1)
    await expect(view.last).to_match_aria_snapshot(
        """
        - article:
          - text: /Esimerkkibotti. Hei, Testi! Olen kokeilubotti/
          - button "Vastaa viestiin"
          - time: "13.04"
          - button "Mitä sinulle kuuluu?"
          - button "Etsi tukea"
          - button "Tärkeää"
          - button "Haluan, että minuun otetaan yhteyttä ja jutellaan rauhassa tilanteestani"
          - link "Lue lisää palveluista (avautuu uuteen välilehteen)"
        """
    )


async def test_an_old_conversation_is_not_read_aloud_when_it_is_opened(stage: Stage, visit: Visit) -> None:
    stage.chat().deliver({"text": "Vanha viesti"})
    view = await visit()
    await view.page.get_by_role("button", name="Uusi asiakas").click()
    await view.client.get_by_role("button", name="Puhelimen asetukset").click()
    await view.log.evaluate(
        """(log) => {
            window.spoken = new Promise((done) =>
                new MutationObserver(() => done(log.ariaLive)).observe(log, { childList: true }));
        }"""
    )
    await view.client.get_by_label("Kenen puhelin").select_option(str(stage.client.id))
    assert await view.page.evaluate("window.spoken") == "off"
    await expect(view.log).to_have_attribute("aria-live", "polite")


async def test_right_to_left_text_runs_that_way(stage: Stage, visit: Visit) -> None:
    view = await visit()
    await view.begin()
    await stage.client_bot.say(stage.client.id, "مرحبا! كيف حالك؟")
    await expect(view.last).to_contain_text("مرحبا")
    assert await view.last.locator(".words").evaluate("words => getComputedStyle(words).direction") == "rtl"


async def test_without_motion_nothing_glides(stage: Stage, visit: Visit) -> None:
    view = await visit(SMALL, reduced_motion="reduce")
    await view.begin()
    for number in range(8):
        await stage.client_bot.say(stage.client.id, f"Viesti {number}\njatkuu\nja jatkuu")
    await expect(view.last).to_contain_text("Viesti 7")
    places = await view.page.evaluate(
        """async () => {
            const log = document.querySelector(".log");
            const seen = new Set();
            for (let frame = 0; frame < 20; frame++) {
                seen.add(log.scrollTop);
                await new Promise(requestAnimationFrame);
            }
            return seen.size;
        }"""
    )
    assert places == 1
    await stage.client_bot.call("sendChatAction", chat_id=stage.client.id, action="typing")
    await expect(view.client.locator(".dots")).to_be_visible()
    assert await view.page.evaluate("document.getAnimations().length") == 0
