"""The parameter decoder: one request, in whatever format, into one msgspec struct.

Unknown parameters are ignored, since clients send fields of newer servers. Everything that is known has to fit:
a wrong type, a wrong length or a name given twice is refused before any verb runs. (Mastodon.py sends a name that
nobody asked for, and sends it often.)
"""

import asyncio
import functools
import re
from typing import Final, TypeVar

import msgspec
from msgspec import inspect
from starlette.requests import Request

from kizuna.doors.bodies import BODY_ALLOWED, BODY_LIMIT, has_body, parse_body, parse_query, read_body
from kizuna.doors.tree import Tree, Twice, Value, check_tree, flat, join_trees
from kizuna.ground.errors import Invalid

T = TypeVar("T", bound=msgspec.Struct)

FIELDS: Final = "kizuna.fields"
"""Where the texts of a form are found once it was read, so that they can be given back (unsent.py)."""
TRUE: Final = frozenset({"true", "1", "on", "t"})
FALSE: Final = frozenset({"false", "0", "off", "f"})
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_PLACE: Final = re.compile(r"(.*) - at `\$\.?(.*)`")


async def read_tree(request: Request) -> Tree:
    """All parameters of a request, query and body together. Raises BadRequest, TooLarge, Invalid."""
    limit: int = request.scope.get(BODY_ALLOWED, BODY_LIMIT)
    tree = parse_query(request.scope["query_string"])
    bare = request.method == "GET" and not has_body(
        request
    )  # asking the server for nothing takes its time too
    body = b"" if bare else await read_body(request, limit)
    if body:
        kind = request.headers.get("content-type", "")
        # Only an upload is larger than that; to take it apart takes so long that others would notice.
        parsed = (
            await asyncio.to_thread(parse_body, body, kind)
            if len(body) > BODY_LIMIT
            else parse_body(body, kind)
        )
        request.scope[FIELDS] = flat(parsed)
        tree = join_trees(tree, parsed)
    check_tree(tree)
    return tree


def shape(tree: Tree, kind: type[T]) -> T:
    """The tree as a struct. Raises Invalid, naming the field."""
    try:
        return msgspec.convert(_fit(tree, _type_of(kind)), kind)
    except msgspec.ValidationError as error:
        found = _PLACE.fullmatch(str(error))
        reason, place = (found[1], found[2]) if found else (str(error), "")
        raise Invalid(
            "Validation failed: {name}: {reason}", field=place, name=place, reason=reason
        ) from error


@functools.cache
def _type_of(kind: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(kind)


def _fit(value: Value, kind: inspect.Type) -> Value:
    """Texts become what the field is, where a form cannot say it otherwise; msgspec then judges the result."""
    if isinstance(value, Twice):
        raise value.refused()
    match _bare(kind):
        case inspect.UnionType(types=types):
            return _fit_optional(value, types)
        case inspect.BoolType() if isinstance(value, str | int):
            return _fit_bool(value)
        case inspect.IntType() if isinstance(value, str):
            return int(value) if _INTEGER.fullmatch(value) else value
        case inspect.ListType(item_type=item):
            return _fit_list(value, item)
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            known = {field.encode_name: field.type for field in fields}
            return {name: _fit(part, known[name]) for name, part in value.items() if name in known}
        case _:
            return value


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type without its description."""
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _fit_optional(value: Value, types: tuple[inspect.Type, ...]) -> Value:
    kinds = [bare for each in types if not isinstance(bare := _bare(each), inspect.NoneType)]
    lists = [each for each in kinds if isinstance(each, inspect.ListType)]
    inner = lists[0] if lists and isinstance(value, list | dict) else kinds[0]
    if value == "" and not any(isinstance(each, inspect.StrType) for each in kinds):
        return None  # an empty form field for a number, a flag or a choice says nothing
    return value if value is None else _fit(value, inner)


def _fit_bool(value: str | int) -> Value:
    word = str(value).lower()
    if word in TRUE:
        return True
    return False if word in FALSE else value


def _fit_list(value: Value, item: inspect.Type) -> Value:
    if isinstance(value, dict) and all(key.isascii() and key.isdigit() for key in value):
        value = [value[key] for key in sorted(value, key=int)]  # fields_attributes[0]…, or the same as JSON
    elif isinstance(value, str):
        value = [value]  # id=1 where id[]=1 is documented: old clients do it
    return [_fit(part, item) for part in value] if isinstance(value, list) else value
