"""The npm client ``masto``, unchanged: a broad walk through the API, and its streams."""

import pytest

from tests.peers.conftest import Node

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("script", ["rest.mjs", "streams.mjs"])
def test_masto_walks_through_the_api(node: Node, url: str, script: str) -> None:
    assert node.run(script, url).endswith("all of it\n")
