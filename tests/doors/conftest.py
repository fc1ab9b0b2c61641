"""Coroutine tests run on asyncio."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of the tests."""
    return "asyncio"
