"""What must hold when all is quiet: promises kept, each thing once, the ledger true, nothing half-written."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from kizuna.tie.states import NEVER_MS, State
from tests.sim.acts import Copied, Model, Post, Promise, Said

OVER = (State.STANDING, State.RECALLED, State.FAILED)


class There(msgspec.Struct, frozen=True):
    """A post that stands on the square."""

    id: str
    text: str


class Line(msgspec.Struct, frozen=True):
    """A line of the copy ledger."""

    id: int
    voice_id: int
    text: str
    state: str
    remote_id: str | None
    due_at: int

    @property
    def doubt(self) -> bool:
        """The access ended before the last answer came: nobody can find out any more, and the ledger says so."""
        return self.state == State.UNKNOWN and self.due_at == NEVER_MS


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    """What a store's file says."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def standing(square: Path) -> list[There]:
    """Every post that can be read on the square, boosts aside."""
    query = "SELECT id, text FROM post WHERE deleted_at IS NULL AND boost_of_id IS NULL"
    return [There(str(post_id), str(text)) for post_id, text in rows(square / "square.db", query)]


def ledger(circle: Path) -> list[Line]:
    """Every copy that the circle knows of."""
    query = "SELECT id, voice_id, text, state, remote_id, due_at FROM copy"
    return [msgspec.convert(row, Line, strict=False) for row in map(_line, rows(circle / "circle.db", query))]


def _line(row: Sequence[object]) -> Mapping[str, object]:
    return dict(zip(("id", "voice_id", "text", "state", "remote_id", "due_at"), row, strict=True))


def open_work(place: Path, circle: str = "circle") -> list[str]:
    """What is not finished: events not delivered, duties other than the regular reading of homes, open copies."""
    left: list[str] = []
    for file in sorted(place.glob("*/*.db")):
        outbox = rows(file, "SELECT count(*) FROM outbox")[0][0]
        duties = rows(
            file, "SELECT kind, error FROM duty WHERE kind <> 'tie.poll' AND key NOT LIKE '%:periodic'"
        )
        left += [f"{file.parent.name}/{file.stem}: {outbox} events"] if outbox else []
        left += [f"{file.parent.name}/{file.stem}: duty {kind} {error or ''}" for kind, error in duties]
    open_lines = [line for line in ledger(place / circle) if line.state not in OVER and not line.doubt]
    left += [f"copy {line.id} is {line.state}" for line in open_lines]
    return left


def faults(models: Iterable[Model], place: Path, square: str = "square", circle: str = "circle") -> list[str]:
    """Every way in which a promise was not kept; empty when all is well. The planes are on these servers."""
    there = standing(place / square)
    lines = ledger(place / circle)
    wrong = [f"not finished: {work}" for work in open_work(place, circle)]
    wrong += _truth_of(lines, there)
    for model in models:
        counts = Counter(post.text for post in there)
        for post in model.posts:
            wrong += _post(post, there, counts)
        for said in model.voices:
            wrong += _voice(said, place / circle)
            if said.copy:
                wrong += _copy(model, said, said.copy, lines)
    wrong += _health(place)
    return wrong


def _truth_of(lines: Sequence[Line], there: Sequence[There]) -> list[str]:
    """The ledger and the place say the same."""
    wrong: list[str] = []
    place: dict[str, list[str]] = defaultdict(list)
    for post in there:
        place[post.text].append(post.id)
    known = {line.text for line in lines}
    wrong += [
        f"'{text}' stands but no ledger knows it"
        for text in place
        if text.startswith("copy") and text not in known
    ]
    for line in lines:
        ids = place[line.text]
        expected = [line.remote_id] if line.state == State.STANDING else []
        if line.doubt and ids in ([], [line.remote_id]):
            continue
        if ids != expected:
            wrong.append(f"'{line.text}' is {line.state} as {line.remote_id}, but there stand {ids}")
    return wrong


def _post(post: Post, there: Sequence[There], counts: Mapping[str, int]) -> list[str]:
    count = counts.get(post.text, 0)
    if count > 1:
        return [f"'{post.text}' stands {count} times"]
    if post.deleted is Promise.ACKNOWLEDGED:
        return [f"'{post.text}' was deleted, and stands"] if count else []
    if post.made is Promise.ACKNOWLEDGED and post.deleted is Promise.UNASKED:
        found = [each.id for each in there if each.text == post.text]
        return (
            []
            if found == [post.id]
            else [f"'{post.text}' was acknowledged as {post.id}; there stand {found}"]
        )
    return []


def _voice(said: Said, circle: Path) -> list[str]:
    query = "SELECT id, text, deleted_at FROM voice"
    found = [
        (row[0], row[2])
        for row in rows(circle / "circle.db", query)
        if row[1] == said.text or row[0] == said.id
    ]
    if len(found) > 1:
        return [f"'{said.text}' was said {len(found)} times"]
    gone = not found or found[0][1] is not None
    if said.deleted is Promise.ACKNOWLEDGED and not gone:
        return [f"'{said.text}' was deleted, and can be read"]
    if said.made is Promise.ACKNOWLEDGED and said.deleted is Promise.UNASKED and gone:
        return [f"'{said.text}' was acknowledged, and is gone"]
    return []


def _copy(model: Model, said: Said, copy: Copied, lines: Sequence[Line]) -> list[str]:
    states = [line.state for line in lines if line.voice_id == copy.voice_id]
    if len(states) > 1:
        return [f"'{copy.text}' has {len(states)} lines in the ledger"]
    if copy.made is Promise.ACKNOWLEDGED and not states:
        return [f"'{copy.text}' was acknowledged, and no ledger knows it"]
    gone = copy.recalled is Promise.ACKNOWLEDGED or said.deleted is Promise.ACKNOWLEDGED
    if gone and states and states[0] == State.STANDING and not model.unlinked:
        return [f"'{copy.text}' was recalled, and stands"]
    kept = copy.recalled is Promise.UNASKED and said.deleted is Promise.UNASKED and not model.unlinked
    if copy.made is Promise.ACKNOWLEDGED and kept and states != [State.STANDING]:
        return [f"'{copy.text}' was acknowledged, and is {states[0]}"]
    return []


def _health(place: Path) -> list[str]:
    """SQLite's own check, and references that lead nowhere."""
    wrong: list[str] = []
    for file in sorted(place.glob("*/*.db")):
        wrong += [f"{file.name}: {row[0]}" for row in rows(file, "PRAGMA integrity_check") if row[0] != "ok"]
        wrong += [f"{file.name}: {row}" for row in rows(file, "PRAGMA foreign_key_check")]
    return wrong
