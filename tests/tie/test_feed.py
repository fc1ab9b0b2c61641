"""Feeds of strangers: what is in them, and what becomes of those that are made to hurt."""

import time

import pytest

from kizuna.ground.errors import Invalid
from kizuna.tie.windows.address import item_address, said, source_of
from kizuna.tie.windows.feed import MOST_ENTRIES, NoFeed, read_feed
from kizuna.tie.windows.models import Source

BASE = "https://news.test/feed"
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>At&amp;om</title><link href="https://news.test/"/>
<entry><id>urn:1</id><title type="html">&lt;b&gt;One&lt;/b&gt;</title><link rel="self" href="/self"/><link href="/one"/>
<author><name>Rin</name></author><published>2026-01-02T03:04:05Z</published>
<content type="html">&lt;p onclick="x()"&gt;words&lt;script&gt;x&lt;/script&gt;&lt;img src="https://t.test/p.gif"&gt;&lt;/p&gt;</content></entry>
<entry><id>urn:2</id><title>Two</title><updated>2026-01-03T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x<a href="javascript:x()">y</a></p></div>
</content></entry>
<entry><id>urn:3</id><title>Three</title><updated>2026-01-01T00:00:00Z</updated>
<summary type="text">1 &lt; 2</summary></entry>
</feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title></channel>
<item><title>A</title><link>https://news.test/a</link><dc:date>2026-01-01T00:00:00+09:00</dc:date><dc:creator>Ken</dc:creator></item>
</rdf:RDF>"""


def rss(items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()


def test_atom_is_read_newest_last_and_cleaned() -> None:
    feed = read_feed(ATOM, BASE)
    assert (feed.title, feed.url) == ("At&om", "https://news.test/")
    assert [entry.title for entry in feed.entries] == ["Three", "One", "Two"]
    three, one, two = feed.entries
    assert one.html == "<p>words</p>"
    assert (one.url, one.address, one.author) == ("https://news.test/one", "https://news.test/one", "Rin")
    assert one.written_at == 1_767_323_045_000
    assert "javascript" not in two.html
    assert two.address == f"{BASE}#urn:2"
    assert three.html == "1 &lt; 2"


def test_old_rss_is_read() -> None:
    [entry] = read_feed(RDF, BASE).entries
    assert (entry.title, entry.author, entry.url) == ("A", "Ken", "https://news.test/a")
    assert entry.written_at == 1_767_193_200_000


def test_items_without_dates_ids_or_anything_are_items_all_the_same() -> None:
    feed = read_feed(rss("<item><title>b</title></item><item><title>a</title></item><item/><item/>"), BASE)
    assert [entry.title for entry in feed.entries] == ["", "a", "b"]
    assert all(entry.written_at == 0 and entry.address.startswith(f"{BASE}#") for entry in feed.entries)
    again = read_feed(rss("<item><title>b</title></item>"), BASE)
    assert again.entries[0].remote_id == feed.entries[2].remote_id


@pytest.mark.parametrize(
    "date", ["", "yesterday", "2026-99-99", "Mon, 99 Foo 2026", "9" * 500, "-1", "0001-01-01"]
)
def test_odd_dates_are_none(date: str) -> None:
    [entry] = read_feed(rss(f"<item><title>a</title><pubDate>{date}</pubDate></item>"), BASE).entries
    assert entry.written_at == 0


def test_a_permalink_is_an_address_and_another_guid_is_not() -> None:
    yes, no, script = [
        read_feed(rss(f"<item><guid{attribute}>{guid}</guid></item>"), BASE).entries[0]
        for attribute, guid in (
            ("", "https://news.test/9"),
            (' isPermaLink="false"', "https://news.test/9"),
            ("", "javascript:x()"),
        )
    ]
    assert (yes.url, no.url, script.url) == ("https://news.test/9", "", "")


LAUGHS = b"""<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><rss><channel><title>&d;</title></channel></rss>"""
FILE = b"""<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><title>&f;</title></channel></rss>"""
DTD = b"""<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss><channel><title>T</title><item/></channel></rss>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<html><body>page</body></html>",
        b'{"version": "https://jsonfeed.org/version/1"}',
        b"<rss><channel>",
        b"<rss>&nbsp;</rss>",
        LAUGHS,
        FILE,
        b"<?xml version='1.0' encoding='none-such'?><rss/>",
        b"<rss>" + b"<a>" * 5000,
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(NoFeed):
        read_feed(body, BASE)


def test_a_foreign_dtd_is_not_asked_for() -> None:
    assert read_feed(DTD, BASE).title == "T"


def test_of_ten_thousand_items_the_newest_are_read_in_no_time() -> None:
    item = "<item><guid isPermaLink='false'>{}</guid><pubDate>Thu, 01 Jan 2026 {:02}:{:02}:{:02} +0000</pubDate></item>"
    items = [item.format(n, n // 3600, n // 60 % 60, n % 60) for n in range(10_000)]
    began = time.perf_counter()
    found = read_feed(rss("".join(items)), BASE).entries
    assert time.perf_counter() - began < 3
    assert [entry.remote_id for entry in found] == [str(n) for n in range(10_000 - MOST_ENTRIES, 10_000)]


# Addresses

OWN = "https://kizuna.test"


@pytest.mark.parametrize(
    ("typed", "kind", "origin", "name"),
    [
        ("#Tea", "tag", "", "tea"),
        ("＃お茶", "tag", "", "お茶"),
        ("#tea kizuna.test", "tag", "", "tea"),
        ("#tea a.test", "tag", "https://a.test", "tea"),
        ("#tea@a.test", "tag", "https://a.test", "tea"),
        ("https://a.test/tags/Tea", "tag", "https://a.test", "tea"),
        ("https://a.test/tags/%E3%81%8A%E8%8C%B6", "tag", "https://a.test", "お茶"),
        ("https://kizuna.test/tags/tea", "tag", "", "tea"),
        ("@Rin", "account", "", "rin"),
        ("@rin@kizuna.test", "account", "", "rin"),
        ("@rin@a.test", "account", "https://a.test", "rin"),
        ("https://a.test/@rin", "account", "https://a.test", "rin"),
        ("https://a.test/@rin@b.test", "account", "https://b.test", "rin"),
        ("https://kizuna.test/@rin", "account", "", "rin"),
        ("a.test/feed.xml", "feed", "https://a.test", "/feed.xml"),
        ("https://a.test/feed?x=1&y=ü#top", "feed", "https://a.test", "/feed?x=1&y=%C3%BC"),
        ("https://A.test:443/", "feed", "https://a.test", "/"),
    ],
)
def test_what_people_type_is_understood(typed: str, kind: str, origin: str, name: str) -> None:
    found = source_of(typed, OWN, ())
    assert (found.kind, found.origin, found.name) == (kind, origin, name)


@pytest.mark.parametrize(
    "typed",
    [
        "https://user:pass@a.test/feed",
        "https://a.test:99999/feed",
        "https://a.test/a\nb",
        "http://a.test/feed",
        "http://127.0.0.1/feed",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://kizuna.test/feed",
        "#" + "x" * 101,
        "x" * 1001,
        "localhost/feed",
    ],
)
def test_what_is_no_source_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        source_of(typed, OWN, ())


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://A.test:443/x/", "https://a.test/x"),
        ("https://a.test/x#top", "https://a.test/x"),
        ("https://a.test/x?b=1", "https://a.test/x?b=1"),
        ("https://a.test", "https://a.test/"),
        ("http://a.test:8080/x", "http://a.test:8080/x"),
        ("ftp://a.test/x", ""),
        ("https://[", ""),
    ],
)
def test_one_thing_has_one_address(url: str, address: str) -> None:
    assert item_address(url) == address


def test_a_source_is_said_as_people_write_it() -> None:
    assert said(Source(kind="tag", origin="", name="tea")) == "#tea"
    assert said(Source(kind="tag", origin="https://a.test", name="tea")) == "#tea a.test"
    assert said(Source(kind="account", origin="", name="rin")) == "@rin"
    assert said(Source(kind="account", origin="https://a.test", name="rin")) == "@rin@a.test"
    assert said(Source(kind="feed", origin="https://a.test", name="/feed")) == "a.test/feed"


def test_links_that_lead_nowhere_else_are_none() -> None:
    words = "&lt;a href='/sign-out'&gt;a&lt;/a&gt; &lt;a href='https://a.test/'&gt;b&lt;/a&gt;"
    [entry] = read_feed(rss(f"<item><description>{words}</description></item>"), BASE).entries
    assert "sign-out" not in entry.html
    assert 'href="https://a.test/"' in entry.html
