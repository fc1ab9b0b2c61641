"""The one shape every request ends in: a tree of named values, whatever format the client sent."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from kizuna.ground.errors import BadRequest, Invalid

MAX_DEPTH: Final = 6


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart body, in memory (the body limit bounds it)."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Twice:
    """A name that was given twice: either could be meant, so it is refused where it is known."""

    name: str

    def refused(self) -> Invalid:
        """What is said then."""
        return Invalid("The parameter {name} is given twice", field=self.name, name=self.name)


Value: TypeAlias = "str | int | float | bool | Upload | Twice | list[Value] | dict[str, Value] | None"
Tree: TypeAlias = dict[str, Value]


def check_tree(value: Value, depth: int = 0) -> None:
    """Refuse what no field may hold: NULs, half surrogates, endless nesting. Raises BadRequest, Invalid."""
    if depth > MAX_DEPTH:
        raise BadRequest("The parameters are nested too deeply")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            _check_text(name)
            check_tree(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            check_tree(part, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Invalid("A parameter contains a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BadRequest(
                "This is not valid UTF-8"
            ) from error  # a lone surrogate, written as \ud800 in JSON


def flat(tree: Tree) -> tuple[tuple[str, str], ...]:
    """The texts of a form under the names that it gave them; files are left out."""
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, str):
            found.append((name, value))
        elif isinstance(value, list):
            found += [(f"{name}[]", one) for one in value if isinstance(one, str)]
        elif isinstance(value, dict):
            found += [(f"{name}[{key}]", one) for key, one in value.items() if isinstance(one, str)]
    return tuple(found)


def join_trees(query: Tree, body: Tree) -> Tree:
    """Query and body as one tree; a name may be given in one of them."""
    return {**query, **body, **{name: Twice(name) for name in query.keys() & body.keys()}}
