"""One Chromium for each file of tests, and one server with both planes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from kizuna.ground.config import make_config
from tests.browser.pair import Pair, await_answer, free_ports, start
from tests.chromium import ARGUMENTS, require_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser; skips without one, and fails in CI."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One server with both planes."""
    yield from _both(tmp_path_factory.mktemp("both"))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Pair]:
    """One with nobody on it."""
    yield from _both(tmp_path)


def _both(data: Path) -> Iterator[Pair]:
    config = make_config({"port": free_ports(1)[0], "data": str(data), "test_mode": True})
    child = start(config)
    try:
        await_answer(config.url, child)
        yield Pair(config.url, config.url)
    finally:
        child.terminate()
        child.wait(20)
