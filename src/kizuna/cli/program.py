"""The command line: what is common to all commands, and their table."""

import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from kizuna import apps
from kizuna.cli import backup, demo, doctor, jobs, migrate, restore, serve, staff
from kizuna.ground.config import BACKUP_SECRET, ConfigError, configured
from kizuna.ground.sealing import SHORTEST


def _program(**groups: typer.Typer) -> typer.Typer:
    program = typer.Typer(
        name="kizuna",
        help="A closed circle of friends tied to the public square.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, group in groups.items():
        program.add_typer(group, name=name)
    return program


def _of_apps() -> dict[str, typer.Typer]:
    """The commands of each app whose directory is there."""
    found: dict[str, typer.Typer] = {}
    for each in pkgutil.iter_modules(apps.__path__):
        commands = import_module(f"{apps.__name__}.{each.name}.commands")
        found[each.name] = commands.app
    return found


letters = typer.Typer(help="Dead letters: work that failed too often.", no_args_is_help=True)
app = _program(jobs=letters, **_of_apps())
File = Annotated[Path | None, typer.Option("--config", help="A kizuna.toml to read.", envvar="KIZUNA_CONFIG")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help=f"A file whose first line is the passphrase; or {BACKUP_SECRET}."),
]


def main() -> None:
    """Run the program; a mistake of the administrator is one line on stderr and exit code 1."""
    try:
        app()
    except ConfigError as error:
        print(f"kizuna: {error}", file=sys.stderr)  # noqa: T201 - the command line's own voice
        sys.exit(1)


def passphrase_of(file: Path | None) -> str:
    """The passphrase for what is sealed: the first line of the file, or the environment's. Raises ConfigError."""
    try:
        found = (
            os.environ.get(BACKUP_SECRET, "") if file is None else file.read_text("utf-8").partition("\n")[0]
        )
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the passphrase from {file}: {error}") from error
    if not found:
        raise ConfigError(f"a passphrase is needed: set {BACKUP_SECRET} or name a --passphrase-file")
    if len(found) < SHORTEST:
        raise ConfigError(f"the passphrase has less than {SHORTEST} characters")
    return found


@app.command("serve")
def serve_command(config: File = None) -> None:
    """Serve the square, the circle, or both, until SIGTERM or Ctrl-C."""
    serve.run(configured(config))


@app.command("migrate")
def migrate_command(config: File = None) -> None:
    """Bring the stores to the schema of this program. A server does so itself where it may."""
    migrate.run(configured(config))


@app.command("doctor")
def doctor_command(config: File = None) -> None:
    """Look whether a server can work here; exit code 1 when something is wrong."""
    raise typer.Exit(doctor.run(lambda: configured(config)))


@app.command("staff")
def staff_command(
    handle: Annotated[str, typer.Argument(help="The handle of somebody who has an account here.")],
    role: Annotated[str, typer.Argument(help="moderator, administrator or member.")],
    config: File = None,
) -> None:
    """Give somebody a role. The server must be stopped; later, administrators appoint others on their pages."""
    staff.run(configured(config), handle, role)


@app.command("backup")
def backup_command(
    directory: Annotated[Path, typer.Argument(help="A directory that is empty or not there yet.")],
    passphrase_file: PassphraseFile = None,
    config: File = None,
) -> None:
    """Copy everything at one moment; the server may be running. The closed part is encrypted."""
    backup.run(configured(config), directory, passphrase_of(passphrase_file))


@app.command("restore")
def restore_command(
    directory: Annotated[Path, typer.Argument(help="What kizuna backup made.")],
    passphrase_file: PassphraseFile = None,
    config: File = None,
) -> None:
    """Bring a backup back, into an empty data directory."""
    restore.run(configured(config), directory, passphrase_of(passphrase_file))


@app.command("demo")
def demo_command(
    data: Annotated[Path, typer.Option(help="Where the two servers of the demo keep their data.")] = Path(
        "demo-data"
    ),
    posts: Annotated[
        Path | None, typer.Option(help="Play the lines of this file as posts of many people.")
    ] = None,
    rate: Annotated[float, typer.Option(min=0.01, max=1000, help="Posts per second of --posts.")] = 1.0,
    square_port: Annotated[int, typer.Option(min=1, max=65535, help="Where the square listens.")] = 3000,
    circle_port: Annotated[int, typer.Option(min=1, max=65535, help="Where the circle listens.")] = 3001,
    quiet: Annotated[bool, typer.Option("--quiet", help="No ticker: nobody says anything new.")] = False,
) -> None:
    """Run a square on :3000 and a circle on :3001, tied, with people who live there."""
    demo.run(data, (square_port, circle_port), posts=posts, rate=rate, quiet=quiet)


@letters.command("list")
def list_dead_command(config: File = None) -> None:
    """Print the dead letters."""
    jobs.list_dead(configured(config))


@letters.command("retry")
def retry_command(
    ids: Annotated[list[str] | None, typer.Argument(help="Which; all when none is named.")] = None,
    config: File = None,
) -> None:
    """Let dead letters be tried again."""
    jobs.retry(configured(config), ids or [])


@letters.command("discard")
def discard_command(
    ids: Annotated[list[str] | None, typer.Argument(help="Which.")] = None, config: File = None
) -> None:
    """Forget dead letters for good."""
    jobs.discard(configured(config), ids or [])
