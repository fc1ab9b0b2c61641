"""``kizuna season``: what a host does with a season before it is on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from kizuna.apps.season.check import BadSeason, load_season
from kizuna.apps.season.models import Prize
from kizuna.apps.season.run import Run
from kizuna.ground.clock import SystemClock

app = typer.Typer(help="Seasons: a page for a limited time.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """With one command alone, typer would not ask for its name."""


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
