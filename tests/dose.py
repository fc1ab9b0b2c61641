"""How much of a long proof to run: `DOSE=long` in `make proof`, short in CI and by hand."""

import os

from rich.console import Console
from rich.table import Table


def dose(short: int, long: int) -> int:
    """A number for this run."""
    return long if os.environ.get("DOSE") == "long" else short


def show(title: str, columns: list[str], rows: list[list[object]]) -> None:
    """Print a table, also where output is captured (use with `capsys.disabled()`)."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    console = Console(width=120)
    console.print()
    console.print(table)
