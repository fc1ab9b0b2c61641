"""The shared group of the demo: its windows to the square, and the room about something that they show.

Done through the pages, like anybody's. The windows are opened early, so that they are read while other things happen.
"""

import re
from typing import Final

from kizuna.cli.cast import Cast
from kizuna.cli.visitor import Refused, Visitor
from kizuna.fetch.port import Fetch
from kizuna.ground.clock import SystemClock

PATIENCE_S: Final = 20.0
_LOOK_S: Final = 0.2
_GROUP: Final = re.compile(r'href="/together/(\d+)"')
_TALK: Final = re.compile(r'href="/together/\d+/talk\?item=(\d+)"')


async def open_windows(cast: Cast, fetch: Fetch, origin: str, square: str) -> None:
    """The owner opens the windows of the group; ``square`` is the host of the square. Raises Refused."""
    owner, path = await _enter(cast, fetch, origin, cast.together.of)
    for window in cast.together.windows:
        await owner.post(f"{path}/windows", f"{path}/windows", address=window.format(square=square))


async def talk(cast: Cast, fetch: Fetch, origin: str) -> None:
    """Open a room about the item, and answer in it. Raises Refused, also when no window shows the item in time."""
    first, *others = cast.together.said
    one, path = await _enter(cast, fetch, origin, first.by)
    item = await _shown(one, f"{path}/windows", cast.together.about)
    page = f"{path}/talk?item={item}"
    room = await one.post(page, f"{path}/talk", item=item, text=first.text, key="demo together")
    place = room.removeprefix(origin).partition("?")[0]
    for answer in others:
        one, _ = await _enter(cast, fetch, origin, answer.by)
        await one.post(place, f"{place}/reply", text=answer.text, key=f"demo {answer.by}")


async def _enter(cast: Cast, fetch: Fetch, origin: str, handle: str) -> tuple[Visitor, str]:
    """Somebody who takes part, and the path of the group."""
    one = Visitor(fetch, origin)
    await one.sign_in(handle, cast.password)
    found = _GROUP.search(await one.get("/together"))
    if found is None:
        raise Refused(f"{handle} takes part in no group")
    return one, f"/together/{found[1]}"


async def _shown(one: Visitor, windows: str, words: str) -> str:
    """The id of the item that says so, when a window has brought it. Raises Refused."""
    for _ in range(round(PATIENCE_S / _LOOK_S)):
        for item in (await one.get(windows)).split("<article"):
            if words in item and (found := _TALK.search(item)):
                return found[1]
        await SystemClock().sleep(_LOOK_S)
    raise Refused(f"no window showed {words!r} within {PATIENCE_S:.0f} seconds")
