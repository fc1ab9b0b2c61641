"""Our own source files, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, as which module it is imported, and what it says."""

    path: str
    module: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The floor it stands on: the name below ``kizuna``."""
        return [*self.module.split("."), ""][1]

    @property
    def name(self) -> str:
        """The last part of the module's name."""
        return self.module.rpartition(".")[2]

    @property
    def is_package(self) -> bool:
        """Whether this is an ``__init__`` file."""
        return self.path.endswith("__init__.py")


def parse(module: str, text: str, path: str | None = None) -> Source:
    """A source from its text; the path is made up from the module's name unless it is given."""
    return Source(path or module.replace(".", "/") + ".py", module, text, ast.parse(text))


@cache
def read_house(folder: str = "src") -> tuple[Source, ...]:
    """Every Python file below a folder of the project, in order of path."""
    start = ROOT / folder
    return tuple(_read(file, start) for file in sorted(start.rglob("*.py")))


def _read(file: Path, start: Path) -> Source:
    parts = file.relative_to(start).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return parse(module, file.read_text("utf-8"), str(file.relative_to(ROOT)))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported_modules(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every dotted name that is imported, with its line; ``from a import b`` gives ``a`` and ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
