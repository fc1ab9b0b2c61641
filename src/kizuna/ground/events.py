"""Events: what happened, told upwards. What follows from each stands in one table in ``wiring.py``."""

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="kind"):
    """Base of all events; a subclass declares ``tag="package.what_happened"``."""


def tag_of(kind: type[Event]) -> str:
    """The tag under which events of this class are stored."""
    tag = kind.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{kind.__name__} declares no tag")
    return tag
