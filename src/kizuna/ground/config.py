"""Configuration: ``kizuna.toml``, overridden by ``KIZUNA_*``. An unknown key is an error naming the nearest known."""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec

PREFIX: Final = "KIZUNA_"
BACKUP_SECRET: Final = "KIZUNA_BACKUP_PASSPHRASE"  # noqa: S105 - a variable's name
NO_SETTINGS: Final = ("KIZUNA_CONFIG", BACKUP_SECRET)
_BUS: Final = re.compile(r"(redis|rediss|unix)://\S+")
_ORIGIN: Final = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
MAIL_FROM: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_DATABASE: Final = re.compile(r"postgresql://[^@/?]*/[^@/?]+(\?[^@]*)?")
Plane = Literal["square", "circle"]
SignUpRule = Literal["open", "approval", "invite", "closed"]
Few = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class ConfigError(Exception):
    """A configuration that cannot be used; the message is one line for the administrator."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. docs/admin/settings.md says what each one does (a test compares)."""

    origin: str = ""
    host: str = "127.0.0.1"
    port: Port = 3000
    streaming_port: Port = 0
    data: Path = Path("data")
    database: str = "sqlite"
    database_owner: str = ""
    database_people: str = "kizuna_people"
    database_square: str = "kizuna_square"
    database_circle: str = "kizuna_circle"
    database_letters: str = "kizuna_letters"
    database_public: str = "kizuna_public"
    planes: tuple[Plane, ...] = ("square", "circle")
    title: str = "Kizuna"
    description: str = ""
    language: Literal["ja", "en"] = "ja"
    sign_up: SignUpRule = "open"
    mail: str = ""
    mail_from: str = ""
    mail_confirmation: Literal["none", "required"] = "none"
    new_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 3
    new_posts: Few = 30
    new_follows: Few = 30
    new_mentions: Few = 10
    new_links: Few = 10
    new_requests: Few = 20
    new_invites: Few = 5
    fetch_allow: tuple[str, ...] = ()
    bus: str = ""
    trusted_proxies: tuple[str, ...] = ()
    metrics_port: Port = 0
    request_log: bool = False
    seasons: tuple[str, ...] = ()
    season_wall: str = ""
    season_ahead_hours: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    poll_seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 15.0
    window_seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 60.0
    test_mode: bool = False

    @property
    def url(self) -> str:
        """The origin under which people reach this server, without a slash at the end."""
        return self.origin.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def socket_url(self) -> str:
        """The origin for WebSockets: a proxy in front joins the ports; without one it is the port of streams."""
        if self.streaming_port and not self.origin:
            return f"ws://localhost:{self.streaming_port}"
        return "ws" + self.url.removeprefix("http")

    @property
    def domain(self) -> str:
        """What this server calls itself: host, and the port where it isn't the scheme's own."""
        parts = urlsplit(self.url)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        host = parts.hostname or "localhost"
        return host if parts.port in (None, usual) else f"{host}:{parts.port}"

    @property
    def secure(self) -> bool:
        """Whether people come by https, so that cookies may be marked secure."""
        return self.url.startswith("https://")


def configured(file: Path | None) -> Config:
    """The configuration of this run: the named file or ./kizuna.toml, and the environment. Raises ConfigError."""
    here = Path("kizuna.toml")
    return load_config(file or (here if here.exists() else None), os.environ)


def load_config(file: Path | None, environment: Mapping[str, str]) -> Config:
    """Read the file (none is fine unless it was named) and lay ``KIZUNA_*`` over it. Raises ConfigError."""
    settings: dict[str, object] = {}
    if file is not None:
        try:
            settings = tomllib.loads(file.read_text("utf-8"))
        except OSError as error:
            raise ConfigError(f"cannot read {file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file} is not valid TOML: {error}") from error
    for name, text in environment.items():
        if name.startswith(PREFIX) and name not in NO_SETTINGS:
            settings[name.removeprefix(PREFIX).lower()] = text
    return make_config(settings)


def make_config(settings: Mapping[str, object]) -> Config:
    """Check settings (texts as from the environment are read into their types). Raises ConfigError."""
    known = Config.__struct_fields__
    for key in settings:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            raise ConfigError(f'unknown setting "{key}"; the nearest known one is "{near[0]}"')
    typed = {key: _split(value) if _is_list(key) else value for key, value in settings.items()}
    try:
        config = msgspec.convert(typed, Config, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise ConfigError(f"settings: {error}") from error
    _check(config)
    return config


def _path(kind: type, value: object) -> object:
    """msgspec reads no paths by itself. Raises ValueError, which it turns into a message with the setting's name."""
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError("Expected a path")


def _is_list(key: str) -> bool:
    return key in ("planes", "fetch_allow", "trusted_proxies", "seasons")


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _check(config: Config) -> None:
    _check_addresses(config)
    if not config.planes or len(set(config.planes)) != len(config.planes):
        raise ConfigError('settings: "planes" names square, circle or both, each once')
    ports = [port for port in (config.port, config.streaming_port, config.metrics_port) if port]
    if len(set(ports)) != len(ports):
        raise ConfigError('settings: "port", "streaming_port" and "metrics_port" are different ports')
    for network in config.trusted_proxies:
        if not _is_network(network):
            raise ConfigError(f'settings: "trusted_proxies" are networks such as 10.0.0.0/8, not {network!r}')
    if config.mail and not MAIL_FROM.fullmatch(config.mail_from):
        raise ConfigError('settings: "mail" needs "mail_from", the address that mails come from')
    if config.mail_confirmation == "required" and not config.mail:
        raise ConfigError('settings: "mail_confirmation" needs "mail", the server that sends them')
    if config.test_mode and not is_loopback(config.host):
        raise ConfigError("test mode is refused unless the server is bound to loopback (host = 127.0.0.1)")


def _check_addresses(config: Config) -> None:
    if not _is_origin(config.url):
        raise ConfigError(
            f'settings: "origin" is an http or https address without a path, not {config.origin!r}'
        )
    if config.database != "sqlite" and not _DATABASE.fullmatch(config.database):
        raise ConfigError('settings: "database" is "sqlite" or postgresql://host:port/name, without a role')
    if config.bus and not _BUS.fullmatch(config.bus):
        raise ConfigError('settings: "bus" is empty or an address such as redis://localhost:6379/0')


def _is_origin(url: str) -> bool:
    """A scheme, a host in the ASCII form that goes into headers, perhaps a port, and nothing else."""
    if not _ORIGIN.fullmatch(url):
        return False
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
