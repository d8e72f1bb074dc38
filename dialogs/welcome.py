"""/start: who this is, what is kept (nothing until you say so), that it is voluntary; and /start in the middle."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, LaunchMode, StartMode
from aiogram_dialog.widgets.kbd import Button, Group, Select
from aiogram_dialog.widgets.text import Format

from bot.i18n import LANGUAGE_NAMES, LOCALES, current_locale, duration
from bot.services.base import Services
from dialogs import language, states
from dialogs.common import Label, Tr, give_back_text, go_home, page


async def start_welcome(manager: DialogManager) -> None:
    await manager.start(states.Welcome.hello, mode=StartMode.RESET_STACK)


async def start_resume(manager: DialogManager) -> None:
    """Ask on top of whatever is going on, so that going on is just closing this."""
    await manager.start(states.Welcome.resume)


async def get_hello(services: Services, **_: Any) -> dict[str, Any]:
    now, operator = current_locale(), services.catalog.about.operator
    return {
        "operator": operator.best(now) if operator else "",
        "demonstration": services.catalog.demonstration,
        "duration": duration(services.settings.idle_forget_after),
        "languages": [(each, f"{'✅ ' if each == now else ''}{LANGUAGE_NAMES[each]}") for each in LOCALES],
    }


async def on_language(_callback: CallbackQuery, _select: Any, manager: DialogManager, locale: str) -> None:
    await language.choose(manager, locale)


async def on_begin(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.Menu.main, mode=StartMode.RESET_STACK)


async def on_go_on(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.done()


async def on_start_over(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await go_home(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>Hei, mukava kun tulit.</b>\n"),
            Tr(
                "Olen Rinnalla, palveluohjauksen chat. Kanssani voit miettiä, mitä sinulle kuuluu, "
                "ja löytää tekemistä, seuraa tai apua läheltäsi."
            ),
            Tr("Palvelua ylläpitää {operator}.", when="operator"),
            Tr(
                "\n🔒 En tallenna sinusta mitään ilman lupaasi. Keskustelu unohtuu itsestään, kun siitä on "
                "kulunut {duration}."
            ),
            Tr("🤝 Kaikki on vapaaehtoista: voit ohittaa kysymyksiä ja lopettaa milloin vain."),
            Tr("🤖 Olen ohjelma, en ihminen. Autan sinua myös saamaan yhteyden ihmiseen."),
            Tr(
                "\n<i>Tämä on esittelyversio: osa yhteystiedoista on vanhoja.</i>",
                when="demonstration",
            ),
            Button(Label("Aloitetaan"), id="begin", on_click=on_begin),
            Group(
                Select(
                    Format("{item[1]}"),
                    id="locale",
                    item_id_getter=lambda item: item[0],
                    items="languages",
                    on_click=on_language,
                ),
                width=2,
            ),
            state=states.Welcome.hello,
            getter=get_hello,
            home=False,
        ),
        page(
            Tr("Meiltä jäi äsken jotain kesken. Miten haluat jatkaa?"),
            Button(Label("Jatketaan siitä"), id="go_on", on_click=on_go_on),
            Button(Label("Aloitetaan alusta"), id="over", on_click=on_start_over),
            state=states.Welcome.resume,
            home=False,
        ),
        on_process_result=give_back_text,
        launch_mode=LaunchMode.SINGLE_TOP,
    )
