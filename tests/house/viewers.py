"""No function returns circle content without a viewer: the check cannot be forgotten where it is an argument."""

import ast
from collections.abc import Iterator, Mapping

from tests.house.source import Source
from tests.house.sql import is_queries

CONTENT = {
    "VOICE",
    "VOICE_PERSON",
    "VOICE_GROUP",
    "VOICE_NOT_PERSON",
    "VOICE_NOT_GROUP",
    "VOICE_VERSION",
    "REACTION",
}
VIEWER = "viewer_id"
READS = {"all", "first", "scalar"}


def unseen_reads(source: Source, allowed: Mapping[str, str]) -> Iterator[str]:
    """Public query functions that read a content table and take no viewer, but for those allowed with a reason."""
    if source.package != "circle" or not is_queries(source):
        return
    content = _names_of_content(source.tree)
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        arguments = {
            argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        }
        if VIEWER in arguments or f"{source.name}.{node.name}" in allowed:
            continue
        if _reads(node) and _mentions(node, content):
            yield f"{source.path}:{node.lineno}: {node.name} returns circle content and asks not who looks ({VIEWER})"


def _names_of_content(tree: ast.Module) -> set[str]:
    """The content tables, and every module-level name whose value or body leads to one of them."""
    found = set(CONTENT)
    while True:
        more = {name for node in tree.body for name in _defines(node) if _mentions(node, found)} - found
        if not more:
            return found
        found |= more


def _defines(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(
        (isinstance(part, ast.Name) and part.id in names)
        or (isinstance(part, ast.Attribute) and part.attr in CONTENT)
        for part in ast.walk(node)
    )


def _reads(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in READS
        for part in ast.walk(node)
    )
