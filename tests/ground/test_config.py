"""Configuration: every mistake is one clear line, and the environment overrides the file."""

from pathlib import Path

import pytest

from kizuna.ground.config import Config, ConfigError, load_config, make_config


def test_the_file_is_read_and_the_environment_overrides_it(tmp_path: Path) -> None:
    file = tmp_path / "kizuna.toml"
    file.write_text('title = "Nanao"\nport = 4000\nplanes = ["circle"]\n')
    config = load_config(file, {"KIZUNA_PORT": "4001", "KIZUNA_PLANES": "square, circle", "HOME": "/"})
    assert (config.title, config.port, config.planes) == ("Nanao", 4001, ("square", "circle"))


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    with pytest.raises(ConfigError, match='unknown setting "tittle"; the nearest known one is "title"'):
        make_config({"tittle": "x"})


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"port": "seventy"}, "port"),
        ({"port": 70000}, "port"),
        ({"planes": "square,square"}, "planes"),
        ({"planes": ""}, "planes"),
        ({"planes": "triangle"}, "triangle"),
        ({"origin": "ftp://x"}, "origin"),
        ({"origin": "https://x/path"}, "origin"),
        ({"sign_up": "maybe"}, "maybe"),
        ({"poll_seconds": "0"}, "poll_seconds"),
        ({"streaming_port": "3000"}, "different ports"),
        ({"streaming_port": "4000", "metrics_port": "4000"}, "different ports"),
    ],
)
def test_what_cannot_be_used_is_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        make_config(settings)


@pytest.mark.parametrize(
    "origin",
    [
        "http://[",
        "http://x:99999",
        "http://a@b",
        "http://h?",
        "https://ex ample",
        "http://e\nx",
        "https://絆.example",
    ],
)
def test_an_origin_is_a_scheme_a_host_and_a_port(origin: str) -> None:
    with pytest.raises(ConfigError, match="origin"):
        make_config({"origin": origin})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "ws://localhost:3000"),
        ({"streaming_port": "4000"}, "ws://localhost:4000"),
        ({"streaming_port": "4000", "origin": "https://kizuna.example"}, "wss://kizuna.example"),
    ],
)
def test_clients_are_told_where_a_socket_is_opened(settings: dict[str, object], told: str) -> None:
    assert make_config(settings).socket_url == told


@pytest.mark.parametrize("seconds", ["inf", "nan", "0", "1e300"])
def test_polling_has_a_period_that_can_be_waited_for(seconds: str) -> None:
    with pytest.raises(ConfigError, match="poll_seconds"):
        make_config({"poll_seconds": seconds})


def test_test_mode_is_refused_unless_bound_to_loopback() -> None:
    assert make_config({"test_mode": "1"}).test_mode
    with pytest.raises(ConfigError, match="loopback"):
        make_config({"test_mode": "1", "host": "0.0.0.0"})


@pytest.mark.parametrize(
    ("origin", "domain", "secure"),
    [
        ("", "localhost:3000", False),
        ("http://localhost:3001", "localhost:3001", False),
        ("https://kizuna.example/", "kizuna.example", True),
        ("https://kizuna.example:443", "kizuna.example", True),
    ],
)
def test_what_a_server_calls_itself(origin: str, domain: str, secure: bool) -> None:
    config = Config(origin=origin)
    assert (config.domain, config.secure) == (domain, secure)


def test_a_file_that_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_config(tmp_path / "none.toml", {})
    (tmp_path / "bad.toml").write_text("title = ")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(tmp_path / "bad.toml", {})


def test_data_directory_is_read_from_text() -> None:
    assert load_config(None, {"KIZUNA_DATA": "/var/lib/kizuna"}).data == Path("/var/lib/kizuna")


@pytest.mark.parametrize("value", ["", 3])
def test_data_that_is_no_path_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match=r"Expected .*path.*data"):
        make_config({"data": value})
