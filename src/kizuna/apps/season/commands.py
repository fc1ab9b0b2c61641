"""``kizuna season``: what a host does with a season before it is on, and checks of what was drawn."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from kizuna.apps.season.check import BadSeason, load_season
from kizuna.apps.season.files import installed
from kizuna.apps.season.models import Prize
from kizuna.apps.season.run import Run
from kizuna.apps.season.verify import verify
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config, configured
from kizuna.ledger import queries as ledger
from kizuna.ledger.audit import audit
from kizuna.store.beside import open_beside
from kizuna.store.store import Db

Settings = Annotated[
    Path | None, typer.Option("--config", help="A kizuna.toml to read.", envvar="KIZUNA_CONFIG")
]
T = TypeVar("T")
app = typer.Typer(help="Seasons: a page for a limited time.", no_args_is_help=True)


@app.command("check")
def check_command(
    directory: Annotated[Path, typer.Argument(help="A directory with a season.toml.")],
    year: Annotated[
        int | None,
        typer.Option(min=1900, max=9000, help="The year in which it begins; this one if none is named."),
    ] = None,
) -> None:
    """Check a season: says what is wrong with it, with exit code 1, or its days and what can be won."""
    now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    try:
        run = load_season(directory, year or now.year)
    except BadSeason as error:
        for line in error.lines:
            typer.echo(f"{directory}: {line}", err=True)
        raise typer.Exit(1) from error
    for line in told(run):
        typer.echo(line)


@app.command("verify")
def verify_command(config: Settings = None) -> None:
    """Compute every draw anew from the seeds, and compare. Works beside a running server; exit code 1 says no."""
    settings = configured(config)
    seasons = {one.season.id: one.season for one in installed(settings, SystemClock())}
    looked, wrong = asyncio.run(_beside(settings, lambda db: verify(db, seasons)))
    _tell(looked, wrong)


@app.command("audit")
def audit_command(config: Settings = None) -> None:
    """Add up the book of the circle: what was issued is somewhere. Works beside a running server."""

    async def look(db: Db) -> tuple[list[str], list[str]]:
        totals = await ledger.totals(db)
        lines = [f"{one.asset}: {one.kind} {one.balance:,}" for one in totals]
        return lines, list(await audit(db))

    _tell(*asyncio.run(_beside(configured(config), look)))


def _tell(looked: list[str], wrong: list[str]) -> None:
    for line in looked:
        typer.echo(line)
    for line in wrong:
        typer.echo(f"WRONG  {line}", err=True)
    if wrong:
        raise typer.Exit(1)
    typer.echo("all is as it should be")


async def _beside(config: Config, look: Callable[[Db], Awaitable[T]]) -> T:
    stores = open_beside(config, SystemClock())
    try:
        return await look(next(store.reads for store in stores if store.name == "circle"))
    finally:
        for store in stores:
            await store.close()


def told(run: Run) -> list[str]:
    """A season in some lines: from when to when, how many of what can be won, and each lot with its odds."""
    season = run.season
    lines = [
        f"{season.id} {run.year}: {season.title['ja']} / {season.title['en']}, #{season.hashtag}",
        f"from {_moment(run, run.opens_ms)} until {_moment(run, run.closes_ms)}, {len(list(run.days()))} days",
    ]
    lines += [
        f"coupon {one.id}: {one.stock:,} in stock, passed on to {one.passed_on_to}, "
        f"usable until {_moment(run, run.instant(one.use_until))}"
        for one in season.coupons
    ]
    for lot in season.lots:
        odds = ", ".join(f"{prize.weight / lot.of:.1%} {_said(prize)}" for prize in lot.prizes)
        lines.append(f"{lot.first} to {lot.last}: {odds}")
    if season.eve:
        prizes = ", ".join(f"{prize.count:,} × {prize.coupon}" for prize in season.eve.prizes)
        lines.append(f"drawn for all at {_moment(run, run.instant(season.eve.at))}: {prizes}")
    return lines


def _moment(run: Run, at_ms: int) -> str:
    there = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(run.season.zone))
    return there.strftime("%Y-%m-%d %H:%M:%S %z")


def _said(prize: Prize) -> str:
    if prize.coupon is not None:
        return f"coupon {prize.coupon}"
    if prize.ornament is not None:
        return f"ornament {prize.ornament}"
    return f"{prize.points} points" if prize.points else "nothing"
