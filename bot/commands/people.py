"""`rinnalla staff …` and `rinnalla consents …`: who works here, and what clients have allowed."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from bot.commands.common import AsJson, fail, with_services
from bot.settings import Settings

app = typer.Typer(help="Invite, list and remove workers.", no_args_is_help=True)
consents = typer.Typer(help="The record of consents.", no_args_is_help=True)


@app.command("invite")
def staff_invite(
    organisation: Annotated[str, typer.Argument(help="Id of the organisation in the catalogue.")],
    name: Annotated[str, typer.Option(help="Name that clients and colleagues see.")],
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE",
            help="worker, contact-person (of the organisation) or coordinator (of the whole service).",
        ),
    ] = "worker",
) -> None:
    """Print a one-time code and a link with which a worker joins; valid for seven days."""
    from bot.core.grants import Role
    from bot.services import staff

    try:
        chosen = Role(role.strip().lower().replace("-", "_"))
    except ValueError:
        roles = ", ".join(_shown(one) for one in Role)
        raise typer.BadParameter(f"no role {role!r}; there are: {roles}", param_hint="--role") from None

    async def use(services: Any) -> tuple[Any, str | None]:
        known = services.catalog.organisations_by_id
        if organisation not in known:
            raise ValueError(
                f"no organisation {organisation!r} in the catalogue; there are: {', '.join(sorted(known))}"
            )
        return await staff.invite(services, organisation, name, chosen), await _staff_username(
            services.settings
        )

    invitation, username = with_services(use)
    typer.echo(f"Code: {invitation.code} (valid until {invitation.expires_at:%d.%m.%Y %H:%M} UTC, once)")
    link = f"https://t.me/{username}?start={invitation.code}" if username else "(no staff bot in reach)"
    typer.echo(f"Link: {link}")


def _shown(role: str) -> str:
    """A role as it is written on the command line."""
    return role.replace("_", "-")


async def _staff_username(settings: Settings) -> str | None:
    """Name of the staff bot for the link; None when its token is missing or Telegram is out of reach."""
    import aiohttp

    if settings.staff_token is None:
        return None
    url = f"{str(settings.telegram_api).rstrip('/')}/bot{settings.staff_token.get_secret_value()}/getMe"
    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as response:
            answer = await response.json(content_type=None)
            return str(answer["result"]["username"]) if answer.get("ok") else None
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None


@app.command("list")
def staff_list(as_json: AsJson = False) -> None:
    """List the linked workers."""
    from bot.services import staff

    rows = with_services(staff.everyone)
    if as_json:
        fields = [{"id": w.id, "name": w.name, "organisation": w.organisation_id, "role": w.role,
                   "joined": joined.isoformat()} for w, joined in rows]  # fmt: skip
        typer.echo(json.dumps(fields, ensure_ascii=False))
        return
    for worker, joined in rows:
        typer.echo(
            f"{worker.id:4}  {worker.organisation_id:30}  {_shown(worker.role):14}  {joined:%d.%m.%Y}"
            f"  {worker.name}"
        )
    if not rows:
        typer.echo("Nobody has joined yet. Invite with: rinnalla staff invite ORGANISATION --name NAME")


@app.command("remove")
def staff_remove(worker: Annotated[int, typer.Argument(help="Id from `staff list`.")]) -> None:
    """Take a worker's rights away at once; open requests go back to colleagues."""
    from bot.services import staff

    if not with_services(lambda services: staff.remove(services, worker)):
        fail(f"no worker {worker}; see `rinnalla staff list`")
    typer.echo("Removed.")


@consents.command("verify")
def consents_verify(as_json: AsJson = False) -> None:
    """Check that no event of the consent record has been changed, deleted or moved."""
    from dataclasses import asdict

    from bot.services import consents as use_cases

    report = with_services(use_cases.verify)
    if as_json:
        typer.echo(json.dumps({**asdict(report), "whole": report.whole}))
    elif report.whole:
        typer.echo(f"The chain is whole: {report.events} events.")
    if not report.whole:
        fail(f"the chain is broken: event {report.broken_at} {report.problem}")


class Format(StrEnum):
    JSON = "json"
    FHIR = "fhir"


@consents.command("export")
def consents_export(
    consent: Annotated[str, typer.Argument(help="Id of the consent.")],
    form: Annotated[
        Format, typer.Option("--format", help="A JSON receipt, or an HL7 FHIR R4 Consent.")
    ] = Format.JSON,
) -> None:
    """Print the record of one consent with its events; kinds of data, and none of the data."""
    from bot.services import receipts

    receipt = with_services(lambda services: receipts.of(services, consent))
    if receipt is None:
        fail(f"no record of a consent {consent}: there was none, or its client has been forgotten")
    typer.echo(receipts.as_fhir(receipt) if form is Format.FHIR else receipts.as_json(receipt))
