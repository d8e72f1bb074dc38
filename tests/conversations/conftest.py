"""Two ways to talk with the service.

`talk` is the whole of it over HTTP, started once: for what a client and a worker do together. `desk` is the client
bot alone, without a network, on the database; `rounds` the same with dialog state in memory, for going through very
many windows. New people in every test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.simulator.api import Simulator
from tests.conftest import START
from tests.conversations.inside import Inside, inside
from tests.conversations.places import Parked
from tests.conversations.talking import Later, Service, Talk, later, service

NOWHERE = SecretStr("json://127.0.0.1:9/{number}")
"""Text messages are offered everywhere; here they go nowhere."""


@pytest.fixture(scope="session")
async def simulator_with_bots() -> AsyncIterator[Simulator]:
    simulator = Simulator(START)
    simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    async with simulator:
        yield simulator


@pytest.fixture(scope="session")
async def whole_service(
    simulator_with_bots: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    settings = settings_for(simulator_with_bots.url, tmp_path_factory.mktemp("service"))
    settings = settings.model_copy(update={"sms_url": NOWHERE})
    async with service(simulator_with_bots, settings) as started:
        yield started


@pytest.fixture
async def talk(whole_service: Service) -> AsyncIterator[Talk]:
    people = Talk(whole_service)
    yield people
    await people.ends()


@pytest.fixture
async def years(tmp_path: Path) -> AsyncIterator[Later]:
    """The whole service with time of its own."""
    async with Simulator(START) as simulator:
        simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
        simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
        async with later(simulator, settings_for(simulator.url, tmp_path)) as people:
            yield people


@pytest.fixture(scope="session")
async def _desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    async with inside(tmp_path_factory.mktemp("desk"), sms_url=NOWHERE) as opened:
        await opened.employ("kello")
        yield opened


@pytest.fixture(scope="session")
async def _rounds(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    async with inside(tmp_path_factory.mktemp("rounds"), memory=True, sms_url=NOWHERE) as opened:
        await opened.employ("kello")
        yield opened


@pytest.fixture(scope="session")
def parked(_rounds: Inside) -> Parked:
    return Parked(_rounds, shared=True)


@pytest.fixture
def desk(_desk: Inside) -> Inside:
    return _desk


@pytest.fixture
def rounds(_rounds: Inside) -> Inside:
    return _rounds


@pytest.fixture(autouse=True)
def nothing_breaks() -> Iterator[None]:
    """Whatever a client does, nothing may be logged as an error."""
    with capture_logs() as logs:
        yield
    for log in logs:
        if isinstance(broken := log.get("exc_info"), BaseException):
            raise AssertionError(f"{log['event']}: {broken!r}") from broken
    assert [log for log in logs if log["log_level"] in {"error", "critical"}] == []
