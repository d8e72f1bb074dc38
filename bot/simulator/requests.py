"""Reading a call of the Bot API: parameters and files from an address, a form, or JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aiohttp import BodyPartReader, ClientResponse, MultipartReader, web

from bot.simulator.call import Upload
from bot.simulator.errors import bad

Given = tuple[dict[str, Any], dict[str, Upload]]


async def from_request(request: web.Request) -> Given:
    """GET or POST, in any of the four forms that the Bot API takes."""
    params: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json" and request.can_read_body:
            params.update(await request.json())
        elif request.content_type == "multipart/form-data":
            await _read_parts(await request.multipart(), params, uploads)
        elif request.can_read_body:
            params.update(await request.post())
    except (ValueError, TypeError):
        raise bad("can't parse the request") from None
    return params, uploads


async def from_answer(response: ClientResponse) -> Given:
    """A webhook may answer an update with a call, in JSON or as a form."""
    params: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    with suppress(ValueError):  # whatever else it says, it has taken the update
        if response.content_type == "multipart/form-data":
            await _read_parts(MultipartReader.from_response(response).stream, params, uploads)
        elif response.content_type == "application/json":
            body = await response.json()
            params.update(body if isinstance(body, dict) else {})
    return params, uploads


async def _read_parts(reader: MultipartReader, params: dict[str, Any], uploads: dict[str, Upload]) -> None:
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        if part.filename is None:
            params[part.name] = await part.text()
            continue
        kind = part.headers.get("Content-Type")
        uploads[part.name] = Upload(bytes(await part.read(decode=True)), part.filename, kind)
        params.setdefault(part.name, f"attach://{part.name}")
    # A file that belongs to an attach:// reference is no parameter of its own.
    for name in uploads:
        if any(f"attach://{name}" in str(value) for key, value in params.items() if key != name):
            params.pop(name, None)
