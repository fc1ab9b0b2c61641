"""The commands on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kizuna.cli.program import app
from kizuna.ground.config import Config, ConfigError
from tests.postgres import OWNER, Cluster


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[Config]:
    """The settings of an empty database."""
    cluster.say("CREATE DATABASE bare_commands")
    yield cluster.config("bare_commands")
    cluster.say("DROP DATABASE bare_commands WITH (FORCE)")


def told(place: Path, config: Config, *arguments: str, owner: str = "") -> tuple[int, str, object]:
    """Exit code, output, and what was raised."""
    settings = {"KIZUNA_DATA": str(place / "data"), "KIZUNA_DATABASE": config.database}
    if owner:
        settings["KIZUNA_DATABASE_OWNER"] = owner
    result = CliRunner().invoke(app, list(arguments), env=settings)
    return result.exit_code, result.output, result.exception


def test_migrating_makes_what_the_doctor_then_finds_well(
    bare: Config, cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    code, output, _ = told(tmp_path, bare, "doctor")
    assert code == 1
    assert "kizuna migrate" in output
    assert isinstance(told(tmp_path, bare, "migrate")[2], ConfigError), "without the owner"
    for _ in range(2):
        code, output, _ = told(tmp_path, bare, "migrate", owner=OWNER)
        assert code == 0, output
    code, output, _ = told(tmp_path, bare, "doctor")
    assert (code, output.count("gets in")) == (0, 5), output
    cluster.say("GRANT USAGE ON SCHEMA circle TO kizuna_public", "bare_commands")
    code, output, _ = told(tmp_path, bare, "doctor")
    assert code == 1
    assert "WRONG  visitors: it can look into circle" in output


def test_a_database_that_cannot_be_reached_is_said_in_one_line_each(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    code, output, _ = told(tmp_path, cluster.config("nowhere"), "doctor")
    assert code == 1
    assert output.count("cannot be used") == 5, output
