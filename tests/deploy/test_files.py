"""The files in ``deploy``: they parse, they keep the server in, and they name only what there is."""

import configparser
import re
from typing import Any

import yaml

from kizuna.cli.listen import CONNECTIONS, LONGEST_STOP_S
from kizuna.ground.config import PREFIX, make_config
from tests.house.source import ROOT

DEPLOY = ROOT / "deploy"


class Unit(configparser.RawConfigParser):
    """A unit file: names keep their case, and a repeated one is the last."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def service() -> configparser.SectionProxy:
    unit = Unit(strict=False)
    unit.read(DEPLOY / "kizuna.service")
    assert set(unit.sections()) == {"Unit", "Service", "Install"}
    return unit["Service"]


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_the_unit_gives_the_server_nothing_but_its_directory() -> None:
    unit = service()
    assert unit["ExecStart"].split()[1:] == ["serve", "--config", "/etc/kizuna/kizuna.toml"]
    assert unit["User"] not in ("", "root")
    assert (unit["StateDirectory"], unit["StateDirectoryMode"], unit["UMask"]) == ("kizuna", "0700", "0077")
    assert (unit["ProtectSystem"], unit["CapabilityBoundingSet"]) == ("strict", "")
    for name in ("NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome", "RestrictNamespaces"):
        assert unit[name] == "yes", name


def test_supervisors_wait_longer_than_the_server_takes_to_stop() -> None:
    kizuna = compose()["services"]["kizuna"]
    assert int(service()["TimeoutStopSec"]) > LONGEST_STOP_S
    assert int(kizuna["stop_grace_period"].removesuffix("s")) > LONGEST_STOP_S
    assert int(service()["LimitNOFILE"]) > CONNECTIONS
    assert kizuna["ulimits"]["nofile"] > CONNECTIONS


def test_the_settings_of_the_containers_exist_and_are_valid() -> None:
    given = compose()["services"]["kizuna"]["environment"]
    image = re.findall(rf"({PREFIX}\w+)=(\S+)", (DEPLOY / "Dockerfile").read_text("utf-8"))
    settings = {**dict(image), **given, "KIZUNA_ORIGIN": "https://kizuna.example"}
    config = make_config({name.removeprefix(PREFIX).lower(): value for name, value in settings.items()})
    assert not config.test_mode
    assert config.trusted_proxies == (compose()["networks"]["front"]["ipam"]["config"][0]["gateway"],)
    assert config.bus == "redis://valkey:6379/0"


def test_containers_are_closed_and_only_this_machine_reaches_the_port() -> None:
    described = compose()
    for name, container in described["services"].items():
        assert container["read_only"] is True, name
        assert container["cap_drop"] == ["ALL"], name
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert "healthcheck" in container, name
        assert all(port.startswith("127.0.0.1:") for port in container.get("ports", [])), name
        assert set(container["networks"]) <= set(described["networks"]), name
    assert described["services"]["valkey"]["networks"] == ["back"]
    assert described["networks"]["back"]["internal"] is True


def test_the_image_takes_the_uv_of_the_makefile_and_runs_as_nobody_special() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    (version,) = re.findall(r"^UV_VERSION := (\S+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert f"uv=={version}" in dockerfile
    assert re.search(r"^USER kizuna$", dockerfile, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    assert all((ROOT / name).exists() for line in copied for name in line.split())


def test_the_database_of_the_containers_is_reached_by_nobody_else_and_its_owner_only_migrates() -> None:
    laid_over = yaml.safe_load((DEPLOY / "compose.postgres.yaml").read_text("utf-8"))["services"]
    for name, container in laid_over.items():
        assert "ports" not in container, name
        if name != "kizuna":
            assert container["networks"] == ["back"], name
            assert container["security_opt"] == ["no-new-privileges:true"], name
    for name in ("migrate", "kizuna"):
        given = {**laid_over[name]["environment"], "KIZUNA_ORIGIN": "https://kizuna.example"}
        config = make_config({key.removeprefix(PREFIX).lower(): value for key, value in given.items()})
        assert config.database == "postgresql://postgres:5432/kizuna"
        assert bool(config.database_owner) == (name == "migrate")
    assert laid_over["kizuna"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
