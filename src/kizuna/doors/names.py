"""Rails-style names: ``source[privacy]``, ``media_ids[]``, ``fields_attributes[0][name]`` become one nested tree.

Pure. The field's clients write such names in queries and forms, and nested JSON for the same endpoint.
"""

import re
from collections.abc import Sequence
from typing import Final

from kizuna.doors.tree import MAX_DEPTH, Tree, Twice, Value
from kizuna.ground.errors import BadRequest, TooLarge

MAX_FIELDS: Final = 1000
MAX_NAME: Final = 200
_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_KEY: Final = re.compile(r"\[([^\[\]]*)\]")


def nest(pairs: Sequence[tuple[str, Value]]) -> Tree:
    """Build the tree of a list of (name, value). Raises BadRequest, TooLarge."""
    if len(pairs) > MAX_FIELDS:
        raise TooLarge("More than {limit} fields", limit=MAX_FIELDS)
    tree: Tree = {}
    for name, value in pairs:
        keys = _keys(name)
        _put(tree, keys, value)
    return tree


def _keys(name: str) -> list[str]:
    """``a[b][]`` → ``["a", "b", ""]``; a name that is not well formed stays whole (and is then unknown)."""
    if len(name) > MAX_NAME:
        raise BadRequest("The name of a parameter is too long")
    match = _NAME.fullmatch(name)
    if match is None:
        return [name]
    keys = [match[1], *_KEY.findall(match[2])]
    if len(keys) > MAX_DEPTH:
        raise BadRequest("The parameters are nested too deeply")
    return keys


def _put(tree: Tree, keys: Sequence[str], value: Value) -> None:
    """Lay a value at its place. ``[]`` appends; ``[][x]`` opens a new element when x is there already, as in Rails."""
    place: Value = tree
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if isinstance(place, list):
            place = _step_into_list(place, following, value)
        elif isinstance(place, dict):
            place = _step_into_dict(place, key, following, value)
        else:
            return  # below a name that was given twice already


def _step_into_dict(place: Tree, key: str, following: str | None, value: Value) -> Value:
    if following is None:
        place[key] = Twice(key) if key in place else value
        return None
    fresh: Value = [] if following == "" else {}
    inner = place.setdefault(key, fresh)
    if type(inner) is not type(fresh):
        inner = place[key] = Twice(key)
    return inner


def _step_into_list(place: list[Value], following: str | None, value: Value) -> Value:
    if following is None:
        place.append(value)
        return None
    if following == "":
        raise BadRequest("A list of lists is not a parameter")
    last = place[-1] if place else None
    if isinstance(last, dict) and following not in last:
        return last
    element: Tree = {}
    place.append(element)
    return element
