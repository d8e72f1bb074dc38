"""People in the conversations: a client who can say in one line what takes a client many presses, and a worker."""

from __future__ import annotations

from aiogram import Bot
from aiogram.fsm.state import State
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram_dialog.context.storage import StorageProxy

from bot.db.dialog_state import DialogStorage
from bot.simulator.chats import Json, Message
from bot.simulator.driver import NotSeen, Phone
from dialogs import states

GROUPS = {
    group.__full_group_name__: group
    for group in vars(states).values()
    if isinstance(group, type) and hasattr(group, "__all_states__") and group.__all_states__
}
EVERY_STATE: list[State] = [state for group in GROUPS.values() for state in group.__all_states__]

SEPARATOR = r"\x1d"  # as a keyboard's data show it
DANGER = "en jaksa enää elää, haluan kuolla"


def widget_of(button: Json) -> str:
    """The widget that a button belongs to, with its item: `home`, `rate:money.1`."""
    return str(button.get("callback_data", "")).rpartition("\x1d")[2]


class Client(Phone):
    """A client's telephone."""

    async def taps(self, widget: str, wait: bool = True) -> None:
        """Press by the widget's id, in any language; of several items the named one, `rate:money.1`, or the first."""
        for message in reversed(self.messages):
            for button in [button for row in message.buttons for button in row]:
                if f"{widget_of(button)}:".startswith(f"{widget}:"):
                    return await self._press(message, button, wait)
        raise NotSeen(f"no button of {widget!r} is visible:\n{self.transcript()}")

    @property
    def window(self) -> Message:
        """The newest message with buttons of a dialog, and not of a notice: where the client is now."""
        return next(message for message in reversed(self.messages) if SEPARATOR in str(message.keyboard))

    @property
    def widgets(self) -> list[str]:
        return [widget_of(button) for row in self.window.buttons for button in row]

    def offered(self, widget: str) -> bool:
        """Whether the window has this button, whatever it names."""
        return widget in {one.partition(":")[0] for one in self.widgets}

    async def begins(self) -> None:
        """To the menu."""
        await self.says("/start")
        await self.taps("begin")

    async def rates(self, words: dict[str, str] | None = None, **ratings: int) -> None:
        """Begin a round and rate these areas, in the order in which they are asked, and skip the others; with `words`
        about some of those rated 1 or 2. Ends with "enough for now"."""
        await self.taps("check_in")
        await self.taps("begin")
        left = dict(ratings)
        while left:
            area = next(widget for widget in self.widgets if widget.startswith("rate:"))[5:-2]
            if area not in left:
                await self.taps("skip_area")
                continue
            value = left.pop(area)
            await self.taps(f"rate:{area}.{value}")
            if value <= 2 and words and area in words:
                await self.says(words[area])
            elif value <= 2:
                await self.taps("skip_words")
        if "enough" in self.widgets:
            await self.taps("enough")

    async def reflects(
        self,
        helps: str | None = None,
        people: str | None = None,
        strength: str = "unknown",
        next_step: str | None = None,
        if_worse: str | None = None,
    ) -> None:
        """From the rated areas to what was heard."""
        if "pri_done" in self.widgets:
            await self.taps("pri_done")
        await self._answers(helps, "skip_helps")
        await self._answers(people, "skip_people")
        await self.taps(f"strength:{strength}")
        await self._answers(next_step, "skip_step")
        await self._answers(if_worse, "skip_if_worse")

    async def _answers(self, text: str | None, skip: str) -> None:
        """In own words, or on with what there is: nothing, or what was written before."""
        keep = skip.replace("skip", "keep")
        await (self.says(text) if text is not None else self.taps(skip if skip in self.widgets else keep))

    async def sees_suggestions(self) -> None:
        """From what was heard to the first card."""
        await self.is_suggested_to()
        await self.taps("show")

    async def is_suggested_to(self) -> None:
        """From what was heard to the level of guidance."""
        await self.taps("suggest")
        await self.tells_no_place()

    async def tells_no_place(self) -> None:
        """Where one is, is asked once: not today."""
        if "no_place" in self.widgets:
            await self.taps("no_place")

    async def finds_whom_to_ask(self) -> None:
        """On the cards, forward to the first organisation that takes requests."""
        while "ask" not in self.widgets:
            await self.taps("next")

    async def drafts_a_request(self, time: str = "any", days: int = 90) -> None:
        """From a card to the preview, as the person says by default: own first name, in this chat."""
        await self.taps("ask")
        await self.taps("go")
        await self.taps("items_ok")
        await self.taps("first_name")
        await self.taps("by_chat")
        await self.taps(f"time:{time}")
        await self.taps(f"days:{days}")

    async def asks_for_contact(self, words: dict[str, str] | None = None) -> None:
        """The whole way from the menu to a request that has gone."""
        await self.rates(words, mind=1, friends=1)
        await self.reflects()
        await self.sees_suggestions()
        await self.finds_whom_to_ask()
        await self.drafts_a_request()
        await self.taps("consent")


async def place(storage: DialogStorage, bot: Bot, user_id: int) -> str | None:
    """Where a client's conversation stands, as kept: `CheckIn:area`."""
    proxy = StorageProxy(storage, SimpleEventIsolation(), user_id, user_id, None, None, bot, GROUPS)
    stack = await proxy.load_stack()
    try:
        return None if stack.empty() else (await proxy.load_context(stack.last_intent_id())).state.state
    finally:
        await proxy.unlock()
