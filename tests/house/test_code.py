"""The rules of CONTRIBUTING.md that a program can check, over the whole tree."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pytest

from tests.house import importing, naming, outbound, sizes, sql, viewers
from tests.house.source import Source, read_house

Check = Callable[[Source], Iterator[str]]

# Module → why it may open connections of its own.
MAY_CONNECT = {
    "kizuna.cli.listen": "looks whether the port it is about to listen on is free",
    "kizuna.cli.listen_streams": "frames messages to those who have connected to it",
}

# Query → why it may read voices without a viewer.
MAY_READ_UNSEEN = {
    "audience.answered": "ids of those whom a reply concerns, who then have to pass the gate each",
    "audience.facts": "what the pure predicate decides by, to prove the SQL condition equal",
    "audience.readers_of": "the author is who looks: the statement finds nothing for anybody else",
    "queries.voice_to_delete": "the actor is who looks: only what is theirs, or stands in their room",
}


def findings(check: Check, sources: Iterable[Source]) -> list[str]:
    return [finding for source in sources for finding in check(source)]


def test_there_is_a_house() -> None:
    assert any(source.module == "kizuna.ground.config" for source in read_house())


def test_files_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    entries = sizes.file_sizes(read_house())
    median, most, (largest, where) = sizes.percentile(entries, 50), sizes.percentile(entries, 95), entries[-1]
    with capsys.disabled():
        print(f"\nfiles: median {median} lines, 95 % within {most}, largest {largest} ({where})")
    assert median <= 120
    assert most <= 400
    assert largest <= 600, where


def test_functions_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    entries = sizes.function_sizes(read_house())
    most = sizes.percentile(entries, 95)
    with capsys.disabled():
        print(f"\nfunctions: 95 % within {most} lines, the longest {entries[-1]}")
    assert most <= 40


@pytest.mark.parametrize(
    "check",
    [
        naming.empty_names,
        naming.busy_packages,
        naming.unreasoned_ignores,
        importing.busy_imports,
        sql.misplaced_sql,
        sql.pasted_sql,
        partial(outbound.outbound_calls, allowed=MAY_CONNECT),
        partial(viewers.unseen_reads, allowed=MAY_READ_UNSEEN),
    ],
    ids=["names", "packages", "ignores", "imports", "placed sql", "pasted sql", "outbound", "viewers"],
)
def test_source_keeps_the_rule(check: Check) -> None:
    assert findings(check, read_house()) == []


@pytest.mark.parametrize("folder", ["tests", "bench"])
def test_tests_keep_the_rules_for_tests(folder: str) -> None:
    sources = read_house(folder)
    assert findings(naming.unreasoned_ignores, sources) == []
    assert findings(naming.unreasoned_skips, sources) == []
    assert all(size <= 600 for size, _ in sizes.file_sizes(sources))


def test_exceptions_are_still_needed() -> None:
    """An exception that excuses nothing any more is taken off the list."""
    reads = [text for source in read_house() for text in viewers.unseen_reads(source, {})]
    connects = [source.module for source in read_house() if any(outbound.outbound_calls(source, {}))]
    assert set(MAY_CONNECT) <= set(connects)
    for query in MAY_READ_UNSEEN:
        assert any(f" {query.rpartition('.')[2]} " in text for text in reads), query
