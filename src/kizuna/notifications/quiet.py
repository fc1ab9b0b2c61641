"""Quiet hours: when a person is told of nothing new. Pure."""

from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from kizuna.ground.errors import Invalid

DAY_MINUTES: Final = 24 * 60


class QuietTime(msgspec.Struct, frozen=True):
    """From one minute of the day until before another, on the clocks of a time zone; over midnight if need be."""

    zone: str
    from_minute: int
    until_minute: int


def check_quiet(quiet: QuietTime) -> QuietTime:
    """The same. Raises Invalid for a zone that is none, a minute that is none, and for hours without an end."""
    if quiet.zone not in zones():
        raise Invalid("This is not a time zone.", field="zone")
    for field, minute in (("from", quiet.from_minute), ("until", quiet.until_minute)):
        if not 0 <= minute < DAY_MINUTES:
            raise Invalid("This is not a time of day.", field=field)
    if quiet.from_minute == quiet.until_minute:
        raise Invalid("Quiet hours have to end some time.", field="until")
    return quiet


def is_quiet(quiet: QuietTime | None, now_ms: int) -> bool:
    """Whether this instant is in the quiet hours."""
    if quiet is None:
        return False
    local = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(quiet.zone))
    minute = local.hour * 60 + local.minute
    if quiet.from_minute < quiet.until_minute:
        return quiet.from_minute <= minute < quiet.until_minute
    return minute >= quiet.from_minute or minute < quiet.until_minute


def ends_at(quiet: QuietTime, now_ms: int) -> int:
    """When the quiet hours that are now will be over."""
    zone = ZoneInfo(quiet.zone)
    local = datetime.fromtimestamp(now_ms / 1000, zone)
    hour, minute = divmod(quiet.until_minute, 60)
    for days in range(3):  # where clocks are put forward or back, a time of day may be past before it comes
        end = (local + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        end_ms = round(end.timestamp() * 1000)
        if end_ms > now_ms:
            return end_ms
    raise AssertionError("a time of day comes every day")


def clock_time(minute: int) -> str:
    """A minute of the day as 07:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


@cache
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())
