"""Where the browser of the browser tests is. Run as a program it prints the path, or fails if there is none."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Started as root and without a network of its own: no sandbox, and nothing that asks the outside for anything.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The executable: the one named in ``CHROMIUM``, else the system's, else Playwright's own, else None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def require_chromium() -> str:
    """The executable; without one the test skips saying how to get it, and in CI it fails."""
    path = find_chromium()
    if path:
        return path
    reason = "no Chromium: install the package chromium, or name one in CHROMIUM, then run make test"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


if __name__ == "__main__":
    sys.stdout.write(find_chromium() or "")
    sys.exit(find_chromium() is None)
