"""Rails-style names become one tree, and what could be read in two ways is refused."""

import pytest

from kizuna.doors.names import MAX_FIELDS, nest
from kizuna.doors.tree import Tree, Twice, Value
from kizuna.ground.errors import BadRequest, TooLarge


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([], {}),
        ([("status", "a")], {"status": "a"}),
        (
            [("source[privacy]", "public"), ("source[language]", "ja")],
            {"source": {"privacy": "public", "language": "ja"}},
        ),
        ([("id[]", "1"), ("id[]", "2")], {"id": ["1", "2"]}),
        ([("poll[options][]", "a"), ("poll[options][]", "b")], {"poll": {"options": ["a", "b"]}}),
        (
            [("fields_attributes[0][name]", "a"), ("fields_attributes[1][name]", "b")],
            {"fields_attributes": {"0": {"name": "a"}, "1": {"name": "b"}}},
        ),
        ([("f[][n]", "a"), ("f[][v]", "b"), ("f[][n]", "c")], {"f": [{"n": "a", "v": "b"}, {"n": "c"}]}),
        ([("a[b", "1"), ("]", "2"), ("", "3")], {"a[b": "1", "]": "2", "": "3"}),
    ],
)
def test_names_nest(pairs: list[tuple[str, Value]], tree: Tree) -> None:
    assert nest(pairs) == tree


@pytest.mark.parametrize(
    "names",
    [
        ["status", "status"],
        ["a", "a[b]"],
        ["a[b]", "a"],
        ["a[]", "a[b]"],
        ["a[b]", "a[]"],
        ["a[b]", "a[b]"],
        ["a[b]", "a[b][c]"],
    ],
)
def test_a_name_given_twice_has_no_value(names: list[str]) -> None:
    tree = nest([(name, "x") for name in [*names, "other"]])
    assert tree.pop("other") == "x"
    place = tree[names[0].partition("[")[0]]
    assert isinstance(place["b"] if isinstance(place, dict) else place, Twice)


@pytest.mark.parametrize("name", ["a[b][c][d][e][f][g]", "a[][]", "a" * 300])
def test_absurd_names_are_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        nest([(name, "x")])


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(TooLarge):
        nest([(f"a{number}", "x") for number in range(MAX_FIELDS + 1)])
