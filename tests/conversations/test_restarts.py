"""The service can be stopped and started in the middle of anything: the old buttons go on."""

from __future__ import annotations

import asyncio

import pytest
from aiogram.fsm.state import State

from bot.simulator.driver import Patience
from dialogs import states
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.people import EVERY_STATE, GROUPS, Client
from tests.conversations.places import WAYS, Parked, go_to
from tests.conversations.talking import Service, Talk

MIDDLE: dict[str, State] = {
    group: list(states_of)[len(list(states_of)) // 2] for group, states_of in GROUPS.items()
} | {
    # as far as a client gets alone: what comes after a worker has accepted is tried window by window above
    "Matters": states.Matters.main,
    "Renewal": states.Consent.sent,
    "Access": states.Matters.main,
    "Closing": states.Matters.main,
    "Telling": states.Matters.main,
    "Appointment": states.Matters.main,
    "FollowUp": states.FollowUp.enough,
}


@pytest.mark.parametrize("state", EVERY_STATE, ids=str)
async def test_every_window_goes_on_after_a_restart(rounds: Inside, parked: Parked, state: State) -> None:
    client = await parked.at(state)
    await rounds.restart()
    await presses_any(client)
    assert client.pressed is not None
    assert client.pressed.answered
    assert "vanhentunut" not in (client.toast or "")


async def presses_any(client: StraightClient) -> None:
    """The first button; one that does no harm to later tests."""
    harmful = {"do_forget", "remove", "save"}
    await client.taps(next(name for name in client.widgets if name.partition(":")[0] not in harmful))


async def test_what_was_said_before_a_restart_is_still_known(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, states.Reflection.helps)
    await desk.restart()
    await client.says("kävely")
    await desk.restart()
    await client.taps("skip_people")
    await desk.restart()
    await client.taps("strength:own")
    await desk.restart()
    await client.taps("skip_step")
    await desk.restart()
    await client.taps("skip_if_worse")
    assert "en saa nukuttua" in client.sees
    assert "kävely" in client.sees


async def test_the_whole_service_restarts_in_the_middle_of_every_dialog(
    talk: Talk, whole_service: Service
) -> None:
    await talk.worker()
    clients = {group: talk.client() for group in MIDDLE}
    for client in clients.values():
        client.patience = Patience(timeout=60, everywhere=False)
    await asyncio.gather(*(goes(client, MIDDLE[group]) for group, client in clients.items()))
    before = {group: (client.window.id, client.window.text) for group, client in clients.items()}
    await whole_service.restart()
    await asyncio.gather(
        *(client.taps("sos" if "sos" in client.widgets else "needs") for client in clients.values())
    )
    for group, client in clients.items():
        assert "112" in client.window.text, group
        assert "vanhentunut" not in (client.toast or ""), group
    await asyncio.gather(*(client.taps("go_on") for group, client in clients.items() if group != "Crisis"))
    for group, client in clients.items():
        if group != "Crisis":
            assert (client.window.id, client.window.text) == before[group]


async def goes(client: Client, state: State) -> None:
    if state is states.Answer.write:
        await client.begins()
        await client.press_raw(client.window.id, "go:answer:1")
    elif state in states.Crisis:
        await client.begins()
        await client.taps("sos")
        await client.taps("need")
    else:
        await WAYS[state](client)  # type: ignore[arg-type]


async def test_presses_made_while_the_service_was_down_are_carried_out(
    talk: Talk, whole_service: Service
) -> None:
    client = talk.client()
    await client.begins()
    await client.taps("check_in")
    await client.taps("begin")
    await whole_service.stop()
    await client.taps("rate:health.4", wait=False)
    await whole_service.start()
    await client.quiet()
    assert "2/12" in client.window.text


async def test_a_press_too_old_to_be_answered_is_carried_out(desk: Inside) -> None:
    from datetime import timedelta

    client = desk.client()
    await go_to(client, states.Reflection.priorities)
    for _ in range(3):
        await client.taps("priority", wait=False)
        await desk.simulator.clock.forward(timedelta(minutes=20))
        await client.quiet()
    assert client.buttons[0].startswith("✅")
    assert "rikki" not in client.sees
