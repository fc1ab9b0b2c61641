"""The files that pages refer to: style, small scripts, pictures. Read once, named by their content, cached for ever."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

STATIC: Final = Path(__file__).parent / "static"
STYLE_ORDER: Final = (
    "tokens",
    "elements",
    "shell",
    "pieces",
    "item",
    "composer",
    "pictures",
    "forms",
    "pages",
)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)  # none of our texts has one
_IMPORT: Final = re.compile(r'(?<=from "\./)[a-z]+\.js(?=")')
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Asset(msgspec.Struct, frozen=True):
    """One file as it is sent; `packed` is its gzip form."""

    body: bytes
    packed: bytes
    media_type: str


class Assets(msgspec.Struct, frozen=True):
    """All files by the name they are served under `/assets/`, and those names by the plain ones."""

    files: Mapping[str, Asset]
    names: Mapping[str, str]

    def url(self, name: str) -> str:
        """The path of a file by its plain name, for example `kizuna.css`. Raises KeyError for a name we don't have."""
        return f"/assets/{self.names[name]}"


def load_assets(directory: Path = STATIC, more: Mapping[str, Path] = MappingProxyType({})) -> Assets:
    """Read the directory: the style layers become one `kizuna.css`, all else stays a file of its own.

    ``more`` are files of apps, by the names by which their pages ask for them.
    """
    style = "\n".join((directory / "css" / f"{layer}.css").read_text("utf-8") for layer in STYLE_ORDER)
    plain = {"kizuna.css": _without_margins(_COMMENT.sub("", style).encode())}
    apart = [path for path in directory.glob("css/*.css") if path.stem not in STYLE_ORDER]
    own = {path.name: path for path in [*apart, *directory.glob("js/*.js"), *directory.glob("img/*.svg")]}
    for name, path in sorted({**more, **own}.items()):
        plain[name] = _lean(path.read_bytes()) if path.suffix == ".js" else path.read_bytes()
    names: dict[str, str] = {}
    for name in plain:
        _name(name, plain, names)
    return Assets(files={names[name]: _asset(name, body) for name, body in plain.items()}, names=names)


def _lean(script: bytes) -> bytes:
    """A script without indentation and lines of comment: a sixth of what is sent. No text in ours spans lines."""
    lines = _without_margins(script).split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"//"))


def _without_margins(text: bytes) -> bytes:
    return b"\n".join(line for each in text.split(b"\n") if (line := each.strip()))


def _name(name: str, plain: dict[str, bytes], names: dict[str, str]) -> str:
    """The name of a file by its content. What a script imports comes first: that name is content too."""
    if name not in names:
        if name.endswith(".js"):
            text = plain[name].decode()
            plain[name] = _IMPORT.sub(lambda found: _name(found[0], plain, names), text).encode()
        names[name] = _named_by_content(name, plain[name])
    return names[name]


def _named_by_content(name: str, body: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}.{suffix}"


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body, gzip.compress(body, 9, mtime=0), MEDIA_TYPES[Path(name).suffix])
