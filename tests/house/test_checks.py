"""Each check of the house finds what it is for, and leaves alone what is right."""

import pytest

from tests.house import importing, naming, outbound, sizes, sql, viewers
from tests.house.source import parse


def test_sizes_count_lines() -> None:
    source = parse(
        "kizuna.people.actions", "def f():\n    return 1\n\n\nasync def g():\n    x = 1\n    return x\n"
    )
    assert sizes.file_sizes([source]) == [(7, "kizuna/people/actions.py")]
    assert [size for size, _ in sizes.function_sizes([source])] == [2, 3]


@pytest.mark.parametrize(("percent", "expected"), [(50, 2), (75, 3), (95, 100), (1, 1)])
def test_percentile_is_nearest_rank(percent: int, expected: int) -> None:
    assert sizes.percentile([(1, "a"), (2, "b"), (3, "c"), (100, "d")], percent) == expected


@pytest.mark.parametrize("module", ["kizuna.square.utils", "kizuna.helpers.text", "kizuna.circle.base_voice"])
def test_empty_names_are_found(module: str) -> None:
    assert list(naming.empty_names(parse(module, "")))


def test_full_names_are_left_alone() -> None:
    assert not list(naming.empty_names(parse("kizuna.square.database", "")))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('"""Owns nothing."""\n', 0),
        ("", 1),
        ('"""Owns posts."""\nfrom kizuna.square.actions import post\n', 1),
        ('"""Owns posts."""\n__all__ = []\nx = 1\n', 2),
    ],
)
def test_busy_packages_are_found(text: str, count: int) -> None:
    source = parse("kizuna.square", text, "src/kizuna/square/__init__.py")
    assert len(list(naming.busy_packages(source))) == count


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa",
        "x = 1  # noqa: E501",
        "x = 1  # type: ignore",
        "x = 1  # type: ignore[assignment]  # hm",
        "x = 1  # pyright: ignore[reportAny]",
        "x = 1  # pragma: no cover",
    ],
)
def test_unreasoned_ignores_are_found(line: str) -> None:
    assert list(naming.unreasoned_ignores(parse("m", f"{line}\n")))


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # noqa: E501 - an address cannot be wrapped\n",
        "x = 1  # noqa: S608, E501  # the names are our own constants\n",
        "x = 1  # pyright: ignore[reportAny]  # the library is not typed\n",
        "# The library is not typed.\nx = 1  # type: ignore[assignment]\n",
        "x = 'a # noqa in a text'\n",
    ],
)
def test_reasoned_ignores_are_left_alone(text: str) -> None:
    assert not list(naming.unreasoned_ignores(parse("m", text)))


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n@pytest.mark.skip\ndef test(): ...\n",
        "import pytest\n@pytest.mark.xfail()\ndef test(): ...\n",
        "import pytest\n@pytest.mark.skipif(True)\ndef test(): ...\n",
        "import pytest\ndef test():\n    pytest.skip()\n",
    ],
)
def test_unreasoned_skips_are_found(text: str) -> None:
    assert len(list(naming.unreasoned_skips(parse("tests.m", text)))) == 1


def test_reasoned_skips_are_left_alone() -> None:
    text = "import pytest\n@pytest.mark.skipif(True, reason='no data')\ndef test():\n    pytest.skip('no data')\n"
    assert not list(naming.unreasoned_skips(parse("tests.m", text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kizuna.square.actions", "import sqlalchemy as sa\n"),
        ("kizuna.square.actions", "import sqlite3\n"),
        ("kizuna.square.actions", "from kizuna.square.tables import POST\n"),
        ("kizuna.square.actions", "from kizuna.square import tables\n"),
        ("kizuna.circle.queries", "from kizuna.square.tables import POST\n"),
        ("kizuna.circle.queries", "import kizuna.people.tables\n"),
        ("kizuna.web.queries", "from kizuna.store.tables import OUTBOX\n"),
    ],
)
def test_misplaced_sql_is_found(module: str, text: str) -> None:
    assert list(sql.misplaced_sql(parse(module, text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kizuna.square.queries", "import sqlalchemy as sa\nfrom kizuna.square.tables import POST\n"),
        ("kizuna.square.timeline_queries", "from kizuna.square.tables import POST\n"),
        ("kizuna.circle.audience", "import sqlalchemy as sa\nfrom kizuna.circle import tables\n"),
        ("kizuna.store.sqlite", "import sqlite3\nimport sqlalchemy as sa\n"),
        ("kizuna.jobs.queries", "from kizuna.store.tables import OUTBOX\n"),
    ],
)
def test_placed_sql_is_left_alone(module: str, text: str) -> None:
    assert not list(sql.misplaced_sql(parse(module, text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kizuna.square.queries", "x = f'SELECT * FROM {t}'\n"),
        ("kizuna.store.sqlite", "x = f'PRAGMA foreign_keys = {n}'\n"),
        ("kizuna.store.sqlite", "x = 'DELETE FROM %s' % t\n"),
        ("kizuna.store.sqlite", "x = 'INSERT INTO {}'.format(t)\n"),
        ("kizuna.store.sqlite", "x = 'UPDATE a SET ' + t\n"),
        ("kizuna.square.queries", "x = 'SELECT 1 FROM post'\n"),
        ("kizuna.square.queries", "x = sa.text('whatever')\n"),
        ("kizuna.square.queries", "from sqlalchemy import text\n"),
        ("kizuna.square.queries", "x = connection.exec_driver_sql(y)\n"),
    ],
)
def test_pasted_sql_is_found(module: str, text: str) -> None:
    assert list(sql.pasted_sql(parse(module, text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kizuna.store.sqlite", "x = 'PRAGMA foreign_keys = ON'\n"),
        ("kizuna.people.tables", "x = sa.Index(None, 'id', sqlite_where=sa.text('ended_at IS NULL'))\n"),
        ("kizuna.web.pages", "x = f'Selected {n} with care'\ny = parts.text('a')\nz = message.text\n"),
    ],
)
def test_other_text_is_left_alone(module: str, text: str) -> None:
    assert not list(sql.pasted_sql(parse(module, text)))


@pytest.mark.parametrize(
    "text",
    [
        "import httpx2\n",
        "from urllib.request import urlopen\n",
        "from http import client\n",
        "import asyncio\nasync def f(): await asyncio.open_connection('a', 1)\n",
    ],
)
def test_outbound_calls_are_found(text: str) -> None:
    assert list(outbound.outbound_calls(parse("kizuna.tie.partners.mastodon", text), {}))
    assert not list(outbound.outbound_calls(parse("kizuna.fetch.guarded", text), {}))
    assert not list(outbound.outbound_calls(parse("kizuna.cli.demo", text), {"kizuna.cli.demo": "because"}))


def test_urls_are_not_outbound() -> None:
    assert not list(
        outbound.outbound_calls(parse("kizuna.tie.links", "from urllib.parse import urlsplit\n"), {})
    )


@pytest.mark.parametrize(
    "text",
    [
        "logging.basicConfig()\n",
        "for name in NAMES:\n    register(name)\n",
        "TEXT = Path('a').read_text()\n",
        "LANGUAGE: Final = os.getenv('LANG')\n",
    ],
)
def test_work_at_import_is_found(text: str) -> None:
    assert list(importing.busy_imports(parse("kizuna.square.models", text)))


def test_declarations_are_left_alone() -> None:
    text = (
        '"""Doc."""\nimport os\nX: Final = frozenset({1})\nY = lambda: open("a")\n\ndef f():\n    open("a")\n'
    )
    assert not list(importing.busy_imports(parse("kizuna.square.models", text)))
    assert not list(
        importing.busy_imports(parse("kizuna.__main__", "if __name__ == '__main__':\n    main()\n"))
    )


LEAKY = """
import sqlalchemy as sa
from kizuna.circle import tables
from kizuna.circle.tables import VOICE

_NEWEST = sa.select(VOICE.c.id)
_AGAIN = _NEWEST.limit(1)

def _statement():
    return sa.select(tables.VOICE_PERSON)

async def newest(db):
    return await db.all(_AGAIN)

async def listed(db, voice_id):
    return await db.all(_statement())
"""

TIGHT = """
import sqlalchemy as sa
from kizuna.circle.tables import FACE, VOICE

_NEWEST = sa.select(VOICE.c.id)

async def newest(db, viewer_id):
    return await db.all(_NEWEST, {"viewer": viewer_id})

async def face(db, face_id):
    return await db.first(sa.select(FACE))

async def delete(tx, voice_id):
    return await tx.run(sa.delete(VOICE))
"""


def test_reads_without_a_viewer_are_found() -> None:
    found = list(viewers.unseen_reads(parse("kizuna.circle.queries", LEAKY), {}))
    assert [text.split(": ")[1].split()[0] for text in found] == ["newest", "listed"]


def test_reads_with_a_viewer_or_a_reason_are_left_alone() -> None:
    assert not list(viewers.unseen_reads(parse("kizuna.circle.queries", TIGHT), {}))
    excused = {"queries.newest": "for the tests", "queries.listed": "for the tests"}
    assert not list(viewers.unseen_reads(parse("kizuna.circle.queries", LEAKY), excused))
