"""What happened to windows and their sources. Told to open pages by ids alone."""

from kizuna.ground.events import Event


class WindowChanged(Event, frozen=True, tag="tie.window_changed"):
    """A window was opened in a group, or closed."""

    group_id: int
    window_id: int


class ItemsChanged(Event, frozen=True, tag="tie.items_changed"):
    """A source was read and shows something else, or stands otherwise; ``newest_id`` is its newest new item, or 0."""

    source_id: int
    newest_id: int


class TalkChanged(Event, frozen=True, tag="tie.talk_changed"):
    """What a room is about was edited, or is gone at its origin."""

    voice_id: int
    group_id: int
