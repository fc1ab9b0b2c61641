"""How long files and functions are."""

from collections.abc import Iterable, Sequence

from tests.house.source import Source, functions


def file_sizes(sources: Iterable[Source]) -> list[tuple[int, str]]:
    """Lines and path of every file that is not empty, shortest first."""
    sized = ((len(source.text.splitlines()), source.path) for source in sources)
    return sorted(entry for entry in sized if entry[0])


def function_sizes(sources: Iterable[Source]) -> list[tuple[int, str]]:
    """Lines (from ``def`` to the last one) and place of every function, shortest first."""
    return sorted(
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{source.path}:{node.lineno} {node.name}")
        for source in sources
        for node in functions(source.tree)
    )


def percentile(sizes: Sequence[tuple[int, str]], percent: int) -> int:
    """The smallest size that this many percent of the entries do not exceed (nearest rank)."""
    return sizes[max(0, -(-len(sizes) * percent // 100) - 1)][0]
