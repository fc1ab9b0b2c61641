"""What an object leads to: every object that code holding it could get at without importing anything."""

import gc
import types
from collections.abc import Collection, Iterator

# These lead everywhere (a function's globals, a class's module) and are reached by import in any case.
LANDMARKS = (types.ModuleType, type, types.FrameType, types.CodeType)


def reachable(start: object, *, past: Collection[int] = ()) -> Iterator[object]:
    """Every object that ``start`` holds, directly or through others, but not ``past`` the objects with these ids.

    Of functions it follows only what they closed over.
    """
    seen = set(past)
    waiting = [start]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, LANDMARKS):
            continue
        seen.add(id(each))
        yield each
        waiting.extend(_held(each))


def _held(each: object) -> list[object]:
    if isinstance(each, types.FunctionType):
        return [*(each.__closure__ or ()), *(each.__defaults__ or ()), *(each.__kwdefaults__ or {}).values()]
    return gc.get_referents(each)
