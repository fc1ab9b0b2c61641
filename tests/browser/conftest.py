"""One Chromium for each file of tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import ARGUMENTS, require_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser; skips without one, and fails in CI."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()
