"""Importing a module declares things and does nothing: no files, no connections, no registration."""

import ast
from collections.abc import Iterator

from tests.house.source import Source

DECLARATIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)
DOING = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "connect",
    "getenv",
    "mkdir",
    "run",
    "Popen",
    "get_running_loop",
}


def busy_imports(source: Source) -> Iterator[str]:
    """Statements of a module that are not declarations, and declarations that touch the world."""
    for node in source.tree.body:
        if _is_docstring(node) or _is_main(node) or _is_for_types(node):
            continue
        if not isinstance(node, DECLARATIONS):
            yield f"{source.path}:{node.lineno}: importing a module does nothing but declare"
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _doing(source, node)


def _doing(source: Source, node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Lambda):
            return
        if isinstance(part, ast.Call) and ast.unparse(part.func).rpartition(".")[2] in DOING:
            yield f"{source.path}:{part.lineno}: {ast.unparse(part.func)} is done at import"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
