"""One request in any format becomes one struct, or a clear refusal."""

from typing import Annotated, Literal

import msgspec
import pytest
from starlette.requests import Request
from starlette.types import Message

from kizuna.doors.bodies import BODY_LIMIT
from kizuna.doors.params import read_tree, shape
from kizuna.doors.tree import Tree, Upload
from kizuna.ground.errors import BadRequest, Invalid, Refusal, TooLarge

pytestmark = pytest.mark.anyio

FORM = "application/x-www-form-urlencoded"


class Field(msgspec.Struct):
    """One nested field."""

    name: str = ""
    value: str = ""


class Draft(msgspec.Struct):
    """A struct with every kind of parameter."""

    status: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    sensitive: bool | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, description="How many.")] | None = None
    media_ids: list[str] = []
    visibility: Literal["public", "unlisted"] | None = None
    fields_attributes: list[Field] | None = None
    avatar: Upload | str | None = None


async def parse(body: bytes = b"", content_type: str = "", query: bytes = b"", chunk: int = 7) -> Tree:
    chunks = [body[place : place + chunk] for place in range(0, len(body), chunk)] or [b""]
    sent = iter(chunks)
    left = len(chunks)

    async def receive() -> Message:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": next(sent), "more_body": left > 0}

    headers = [(b"content-type", content_type.encode())] if content_type else []
    return await read_tree(
        Request({"type": "http", "method": "POST", "query_string": query, "headers": headers}, receive)
    )


def multipart(*parts: tuple[str, bytes]) -> bytes:
    return (
        b"".join(
            b'--X\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
            for name, value in parts
        )
        + b"--X--\r\n"
    )


MULTI = "multipart/form-data; boundary=X"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"status": "絆 ✓", "sensitive": true, "media_ids": ["1", "2"]}'.encode(), "application/json"),
        (
            '{"status": "絆 ✓", "sensitive": "1", "media_ids": ["1", "2"]}'.encode(),
            "application/json; charset=utf-8",
        ),
        (b"status=%E7%B5%86+%E2%9C%93&sensitive=on&media_ids[]=1&media_ids[]=2", FORM),
        ("status=絆 ✓&sensitive=TRUE&media_ids%5B%5D=1&media_ids%5B%5D=2".encode(), FORM + "; charset=UTF-8"),
        (
            multipart(
                ("status", "絆 ✓".encode()),
                ("sensitive", b"true"),
                ("media_ids[]", b"1"),
                ("media_ids[]", b"2"),
            ),
            MULTI,
        ),
    ],
)
async def test_three_formats_are_one_request(body: bytes, kind: str) -> None:
    draft = shape(await parse(body, kind), Draft)
    assert draft == Draft(status="絆 ✓", sensitive=True, media_ids=["1", "2"])


async def test_query_and_body_are_one_tree() -> None:
    assert await parse(b'{"a": 1}', "application/json", b"b=2&id[]=3") == {"a": 1, "b": "2", "id": ["3"]}
    with pytest.raises(Invalid):
        shape(await parse(b'{"status": "1"}', "application/json", b"status=2"), Draft)


async def test_files_arrive_whole() -> None:
    body = (
        b'--X\r\nContent-Disposition: form-data; name="avatar"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        b"\x89PNG\r\n\x00--X\r\n--X--\r\n"
    )
    draft = shape(await parse(body, MULTI), Draft)
    assert draft.avatar == Upload("a.png", "image/png", b"\x89PNG\r\n\x00--X")


@pytest.mark.parametrize(
    ("body", "kind", "refusal"),
    [
        (b'{"status": ', "application/json", BadRequest),
        (b"[1]", "application/json", BadRequest),
        (b'{"a": NaN}', "application/json", BadRequest),
        (b'{"a": 1, "a": 2}', "application/json", BadRequest),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", BadRequest),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json", BadRequest),
        (b'{"a": [[[[[[[1]]]]]]]}', "application/json", BadRequest),
        (b'{"status": "\xff"}', "application/json", BadRequest),
        (b'{"status": "\\ud800"}', "application/json", BadRequest),
        (b'{"status": "a\\u0000b"}', "application/json", Invalid),
        (b'{"a\\u0000": 1}', "application/json", Invalid),
        (b"\xfe\xff\x00{\x00}", "application/json", BadRequest),
        (b"status=%FF", FORM, BadRequest),
        (b"status=\xff", FORM, BadRequest),
        (b"status=a%00b", FORM, Invalid),
        (b"&".join(b"a%d=1" % number for number in range(1500)), FORM, TooLarge),
        (b"status=1", "text/plain", BadRequest),
        (b"status=1", "", BadRequest),
        (b"status=1", FORM + "; charset=shift_jis", BadRequest),
        (b"nothing", MULTI, BadRequest),
        (b"nothing", "multipart/form-data", BadRequest),
        (multipart(("a", b"1"))[:-8], MULTI, BadRequest),
        (multipart(("a", b"\xff")), MULTI, BadRequest),
        (multipart(("a", b"\x00")), MULTI, Invalid),
        (b"--X\r\n\r\nx\r\n--X--\r\n", MULTI, BadRequest),
        (b"a=" + b"x" * BODY_LIMIT, FORM, TooLarge),
    ],
)
async def test_bad_bodies_are_refused(body: bytes, kind: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        await parse(body, kind, chunk=65536)


@pytest.mark.parametrize(
    "body", [b"status=1&status=2", b"status=1&status[x]=2", b"media_ids=1&media_ids[]=2"]
)
async def test_a_name_given_twice_is_refused_where_it_is_known(body: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        shape(await parse(body, FORM), Draft)
    assert refused.value.field in ("status", "media_ids")
    assert (
        shape(await parse(body.replace(b"status", b"s").replace(b"media_ids", b"m"), FORM), Draft) == Draft()
    )


async def test_a_long_body_is_refused_before_it_is_read() -> None:
    async def receive() -> Message:
        raise AssertionError("read")

    headers = [(b"content-length", str(BODY_LIMIT + 1).encode())]
    with pytest.raises(TooLarge):
        await read_tree(
            Request({"type": "http", "method": "POST", "query_string": b"", "headers": headers}, receive)
        )


@pytest.mark.parametrize(
    ("tree", "draft"),
    [
        ({"unknown": {"deep": "1"}, "status": "a"}, Draft(status="a")),
        ({"sensitive": "0"}, Draft(sensitive=False)),
        ({"sensitive": "", "limit": "", "visibility": ""}, Draft()),
        ({"status": "", "limit": "40"}, Draft(status="", limit=40)),
        ({"status": "null"}, Draft(status="null")),
        ({"media_ids": "7"}, Draft(media_ids=["7"])),
        (
            {"fields_attributes": {"1": {"name": "b"}, "0": {"name": "a"}}},
            Draft(fields_attributes=[Field("a"), Field("b")]),
        ),
    ],
)
def test_values_become_what_the_field_is(tree: Tree, draft: Draft) -> None:
    assert shape(tree, Draft) == draft


@pytest.mark.parametrize(
    ("tree", "field"),
    [
        ({"status": 5}, "status"),
        ({"status": ["a"]}, "status"),
        ({"status": "x" * 21}, "status"),
        ({"sensitive": "perhaps"}, "sensitive"),
        ({"limit": "many"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "9" * 30}, "limit"),
        ({"limit": "４"}, "limit"),
        ({"visibility": "everybody"}, "visibility"),
        ({"media_ids": [{"a": "b"}]}, "media_ids[0]"),
        ({"fields_attributes": {"a": "b"}}, "fields_attributes"),
        ({"fields_attributes": [{"name": 1}]}, "fields_attributes[0].name"),
    ],
)
def test_wrong_values_name_their_field(tree: Tree, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        shape(tree, Draft)
    assert refused.value.field == field
