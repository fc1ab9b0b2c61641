"""Who wants to know what was committed: caches (``hear``), and whoever has work then (``listen``)."""

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

import structlog

from kizuna.ground.events import Event, tag_of
from kizuna.ground.ids import StoreName

E = TypeVar("E", bound=Event)


class Listeners:
    """The listeners of one store in this process."""

    def __init__(self, store: StoreName) -> None:
        self._store = store
        self._hearers: dict[type[Event], list[Callable[[Event], None]]] = {}
        self._wakes: dict[str, list[Callable[[], None]]] = {}
        self._doubts: list[Callable[[], None]] = []

    def hear(self, kind: type[E], act: Callable[[E], None]) -> None:
        """Call ``act`` with every event of a kind."""
        self._hearers.setdefault(kind, []).append(cast(Callable[[Event], None], act))

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call ``wake`` when there is work for a topic."""
        self._wakes.setdefault(topic, []).append(wake)

    def doubt(self, act: Callable[[], None]) -> None:
        """Call ``act`` when something may have gone unheard."""
        self._doubts.append(act)

    def kinds(self) -> dict[str, type[Event]]:
        """The events that somebody here hears, by tag."""
        return {tag_of(kind): kind for kind in self._hearers}

    def tell(self, afters: Iterable[Callable[[], None]], events: Iterable[Event]) -> None:
        """A command was committed."""
        for act in afters:
            self._notify(act)
        for event in events:
            for hear in self._hearers.get(type(event), ()):
                self._notify(hear, event)

    def wake(self, topics: Iterable[str]) -> None:
        """There is work for these topics."""
        for topic in sorted(topics):
            for wake in self._wakes.get(topic, ()):
                self._notify(wake)

    def forget(self) -> None:
        """Something may have gone unheard: what is remembered of this store may be stale."""
        for act in self._doubts:
            self._notify(act)

    def wake_all(self) -> None:
        """There may be work for any topic."""
        self.wake(self._wakes)

    def _notify(self, act: Callable[..., None], *told: object) -> None:
        """Call a listener. One that fails keeps neither the others from hearing nor anybody from his answer."""
        try:
            act(*told)
        except Exception as error:  # noqa: BLE001 - the commit stands, so it has to be answered
            structlog.get_logger("store").error(
                "listener failed", store=self._store, error=type(error).__name__, who=repr(act)
            )
