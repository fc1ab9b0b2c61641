"""Which package declares which table, in which store, with which mark."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.house.source import Source, imported_modules


@dataclass(frozen=True)
class Declared:
    """One ``table(store, name, mark, …)``; the store is None where it is a variable: one table in each."""

    package: str
    store: str | None
    name: str
    mark: str | None
    place: str


def declarations(source: Source) -> Iterator[Declared]:
    """Every table that a module declares."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"table", "schema.table"}:
            store, name, mark = (_text(argument) for argument in node.args[:3])
            yield Declared(source.package, store, name or "", mark, f"{source.path}:{node.lineno}")


def misplaced_tables(source: Source, homes: Mapping[str, set[str]]) -> Iterator[str]:
    """Tables outside ``tables``, in a store that is not the package's, or declared past ``store.schema``."""
    if source.module == "kizuna.store.schema":
        return
    for declared in declarations(source):
        if source.name != "tables":
            yield f"{declared.place}: {declared.name} belongs into tables"
        if {declared.store} - {None} - homes.get(source.package, set()):
            yield f"{declared.place}: {source.package} has no tables in {declared.store}"
    if source.module.startswith("kizuna.store.migrations"):
        return
    direct = {"sa.Table", "sqlalchemy.Table"}
    if any(
        name in {"sqlalchemy.Table", "sqlalchemy.schema.Table"} for name, _ in imported_modules(source.tree)
    ):
        direct.add("Table")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in direct:
            yield f"{source.path}:{node.lineno}: a table is declared by store.schema.table, with its mark"


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
