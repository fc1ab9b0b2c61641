"""``kizuna demo``."""

from pathlib import Path


def run(data: Path, *, posts: Path | None, rate: float, quiet: bool) -> None:
    """Run the demo."""
    raise SystemExit("not yet")
