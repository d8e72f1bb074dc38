"""Stop: /stop, STOP, LOPETA or SLUTA in any place ends reminders and follow-ups at once, and forgets the conversation.

Writing to the bot later does not begin them again, and help is still given.
"""

from __future__ import annotations

import re

from aiogram.types import Message
from aiogram_dialog import DialogManager, StartMode

from bot.i18n import gettext as _
from bot.services import clients, enquiries
from bot.services.base import Services
from dialogs import matters, states, tidy

COMMAND = "stop|lopeta|sluta"
_WORDS = re.compile(rf"\W*(?:{COMMAND})\W*", re.IGNORECASE)


def says_stop(text: str) -> bool:
    """The word alone: in a sentence it means something else."""
    return _WORDS.fullmatch(text) is not None


async def on_stop(message: Message, dialog_manager: DialogManager, services: Services) -> None:
    """The conversation and anonymous enquiries are forgotten at once; what the client has agreed to keep is
    shown with a way to remove it."""
    state, chat_id = dialog_manager.middleware_data["state"], message.chat.id
    await state.clear()
    await tidy.forget(state)
    await enquiries.forget_at_once(services, chat_id)
    await clients.opt_out(services, chat_id)
    if await clients.kept(services, chat_id):
        await message.answer(
            _(
                "Selvä. En enää muistuta enkä kysy mitään oma-aloitteisesti. Keskustelu on unohdettu. Jos kirjoitat "
                "joskus, autan silti. Alla näet, mitä sinusta on tallennettu luvallasi."
            )
        )
        await dialog_manager.start(states.Matters.forget, mode=StartMode.RESET_STACK)
    else:
        await matters.forget(dialog_manager)
