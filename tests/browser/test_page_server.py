"""The page's endpoints: what they let through, and what they refuse. No browser is needed for these."""

from __future__ import annotations

import io
import re
from typing import Any

import aiohttp
import pytest

from bot.simulator.page import FILE_LIMIT, STATIC
from tests.browser.conftest import Stage

OWN = {"X-Rinnalla": "1"}


async def post(
    stage: Stage, path: str, headers: dict[str, str] | None = None, **body: Any
) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stage.simulator.url}/sim/{path}", json=body, headers=headers or OWN) as response,
    ):
        text = await response.text()
        return response.status, await response.json() if text.startswith("{") else text


async def get(stage: Stage, path: str, **headers: str) -> aiohttp.ClientResponse:
    async with (
        aiohttp.ClientSession() as session,
        session.get(stage.simulator.url + path, headers=headers) as response,
    ):
        await response.read()
        return response


def who(stage: Stage) -> dict[str, Any]:
    return {"bot": "esimerkki_bot", "user": stage.client.id}


async def test_everything_is_served_with_a_strict_policy(stage: Stage) -> None:
    for path in ("/", "/sim/state", "/sim/static/app.js", "/sim/static/style.css"):
        response = await get(stage, path)
        assert response.status == 200
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_needs_nothing_from_elsewhere() -> None:
    for file in STATIC.glob("*.*"):
        if file.suffix in {".html", ".css", ".js"}:
            text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert not re.findall(r"""["'(]https?://\w|@import|//cdn""", text), file.name


@pytest.mark.parametrize(
    "name", ["..%2Fpage.py", "%2e%2e%2fpage.py", "nothing.js", "..%2f..%2f..%2fetc%2fpasswd"]
)
async def test_only_the_pages_own_files_are_served(stage: Stage, name: str) -> None:
    assert (await get(stage, f"/sim/static/{name}")).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rinnalla.example"},
        {"Host": "192.168.0.7:8080"},
        {"Host": "localhost.example:8080"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ],
)
async def test_other_names_and_other_sites_are_refused(stage: Stage, headers: dict[str, str]) -> None:
    for path in ("/", "/sim/state", "/sim/events"):
        assert (await get(stage, path, **headers)).status == 403
    status, _ = await post(stage, "text", {**OWN, **headers}, **who(stage), text="Moi")
    assert status == 403
    assert not stage.chat().messages


async def test_a_form_of_another_site_cannot_post(stage: Stage) -> None:
    status, _ = await post(stage, "text", {"Accept": "*/*"}, **who(stage), text="Moi")
    assert status == 403
    assert not stage.chat().messages


async def test_local_names_are_let_in(stage: Stage) -> None:
    port = stage.simulator.url.rpartition(":")[2]
    for host in ("localhost", "127.0.0.1", "[::1]"):
        origin = {"Origin": f"http://{host}:{port}"}
        assert (await get(stage, "/sim/state", Host=f"{host}:{port}", **origin)).status == 200


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("text", {"text": ""}, "failed"),
        ("text", {"text": "x" * 4097}, "failed"),
        ("text", {}, "failed"),
        ("text", {"text": "Moi", "user": 1}, "failed"),
        ("text", {"text": "Moi", "user": "x"}, "failed"),
        ("text", {"text": "Moi", "bot": "esimerkki_tyo_bot"}, "failed"),
        ("text", {"text": "Moi", "bot": "none_bot"}, "failed"),
        ("thing", {"kind": "cat"}, "failed"),
        ("press", {"message": "x", "data": "y"}, "failed"),
        ("people", {"name": " "}, "failed"),
        ("clock", {"seconds": 0}, "past"),
        ("clock", {"seconds": -5}, "past"),
        ("clock", {"seconds": 1e9}, "far"),
        ("clock", {"seconds": 1e300}, "failed"),
        ("clock", {"moment": "2025-03-12T13:03"}, "past"),
        ("clock", {"moment": "9999-12-31T23:59"}, "far"),
        ("clock", {"moment": "tomorrow"}, "failed"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    stage: Stage, path: str, body: dict[str, Any], error: str
) -> None:
    assert await post(stage, path, **{**who(stage), **body}) == (400, {"error": error})
    assert not stage.chat().messages


async def test_what_is_not_json_is_refused(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        for body in (b"", b"[]", b"\xff", b'"text"'):
            async with session.post(f"{stage.simulator.url}/sim/text", data=body, headers=OWN) as response:
                assert response.status == 400


async def test_a_blocked_bot_gets_nothing(stage: Stage) -> None:
    stage.chat().block()
    assert await post(stage, "text", **who(stage), text="Moi") == (400, {"error": "blocked_bot"})
    assert await post(stage, "press", **who(stage), message=1, data="x") == (400, {"error": "blocked_bot"})


async def test_a_file_that_is_too_large_is_refused(stage: Stage) -> None:
    form = aiohttp.FormData({key: str(value) for key, value in {**who(stage), "kind": "document"}.items()})
    form.add_field("file", io.BytesIO(bytes(FILE_LIMIT + 1)), filename="suuri.bin")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stage.simulator.url}/sim/file", data=form, headers=OWN) as response,
    ):
        assert (response.status, await response.json()) == (400, {"error": "large"})
    assert not stage.chat().messages


async def test_only_pictures_and_sound_are_shown_and_the_rest_is_saved(stage: Stage) -> None:
    chat = stage.chat()
    page = chat.world.add_file(chat.bot, "document", b"<script>alert(1)</script>", "sivu ä.html", "text/html")
    response = await get(stage, f"/sim/files/{page.id}")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''sivu%20%C3%A4.html"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    picture = chat.world.add_file(chat.bot, "photo", b"\x89PNG...")
    shown = await get(stage, f"/sim/files/{picture.id}")
    assert shown.headers["Content-Type"] == "image/png"
    assert "Content-Disposition" not in shown.headers
    saved = await get(stage, f"/sim/files/{picture.id}?download")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert (await get(stage, "/sim/files/none")).status == 404


async def test_the_stream_ends_when_the_simulator_stops(stage: Stage) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.simulator.url}/sim/events") as response,
    ):
        assert await response.content.readline() == b"retry: 1000\n"
        stage.chat().deliver({"text": "Moi"})
        await response.content.readline()
        assert b'"kind": "new"' in await response.content.readline()
        await stage.simulator.stop()
        assert (await response.content.read()).strip() == b""
