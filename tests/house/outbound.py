"""Who may talk to the outside: ``fetch``, which refuses what must not be reached, and ``mail`` to its one server."""

import ast
from collections.abc import Iterator, Mapping

from tests.house.source import Source, imported_modules

NETWORK = (
    "aiohttp",
    "ftplib",
    "http.client",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "requests",
    "smtplib",
    "socket",
    "urllib.request",
    "urllib3",
    "websockets",
)
CALLS = {"open_connection", "create_connection", "sock_connect", "getaddrinfo"}


def outbound_calls(source: Source, allowed: Mapping[str, str]) -> Iterator[str]:
    """Network libraries and asyncio's own connections, outside those two and the modules allowed with a reason."""
    if source.package == "fetch" or source.module in allowed or source.module == "kizuna.mail.smtp":
        return
    for name, line in imported_modules(source.tree):
        if any(name == library or name.startswith(f"{library}.") for library in NETWORK):
            yield f"{source.path}:{line}: {name} talks to the outside; go through fetch"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            yield f"{source.path}:{node.lineno}: {ast.unparse(node.func)} talks to the outside; go through fetch"
