"""Which mail server the settings mean.

``smtps://user:password@host`` speaks TLS from the start (port 465), ``smtp://…`` begins it by STARTTLS (port 587) and
sends nothing when the server offers none; only on this very machine it may do without. ``folder:DIR`` keeps the mails.
"""

from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from kizuna.ground.config import ConfigError, is_loopback

FOLDER: Final = "folder:"
_PORTS: Final = {"smtp": 587, "smtps": 465}
Tls = Literal["from the start", "after greeting", "none"]


class SmtpServer(msgspec.Struct, frozen=True):
    """Where to hand mails over, and as whom."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Without the password."""
        return f"SmtpServer({self.host}:{self.port})"


def parse_mail(setting: str) -> SmtpServer | Path | None:
    """A server, a directory, or None for no mail at all. Raises ConfigError."""
    if not setting:
        return None
    if setting.startswith(FOLDER) and len(setting) > len(FOLDER):
        return Path(setting.removeprefix(FOLDER))
    try:
        parts = urlsplit(setting)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _wrong() from error
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise _wrong()
    tls: Tls = "from the start" if parts.scheme == "smtps" else "after greeting"
    if tls == "after greeting" and is_loopback(host):
        tls = "none"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpServer(host, _PORTS[parts.scheme] if port is None else port, tls, user, password)


def _wrong() -> ConfigError:
    return ConfigError(
        'settings: "mail" is smtps://user:password@host, smtp://user:password@host or folder:DIR'
    )
