"""Where SQL may stand: in the queries of the package that owns the table, and in ``store``, which runs it."""

import ast
import re
from collections.abc import Iterator

from tests.house.source import Source, imported_modules

SQL_HEAD = re.compile(
    r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\S+\s+AS\s"
    r"|CREATE\s+(TABLE|UNIQUE|INDEX|VIRTUAL|TRIGGER|VIEW)\b|DROP\s+\w+\s|ALTER\s+TABLE\s|PRAGMA\s|ATTACH\s)"
)
# The outbox is written by every transaction, so the store declares it; jobs empties it.
LENT = {"store": {"jobs"}}
RAW_SQL = {"text", "literal_column", "TextClause", "exec_driver_sql"}


def is_queries(source: Source) -> bool:
    """Whether a module is one of those that hold a package's SQL."""
    return source.name in {"queries", "audience"} or source.name.endswith("_queries")


def misplaced_sql(source: Source) -> Iterator[str]:
    """SQLAlchemy outside ``tables`` and the queries; tables of another package, or of one's own outside the queries.

    ``columns`` is what tables of several packages have in common (a picture stands in three stores).
    """
    if source.package == "store":
        return
    for name, line in imported_modules(source.tree):
        if name.partition(".")[0] in {"sqlalchemy", "sqlite3"} and not (
            is_queries(source) or source.name in {"tables", "columns"}
        ):
            yield f"{source.path}:{line}: SQL belongs into queries"
        parts = name.split(".")
        if parts[0] == "kizuna" and parts[2:3] == ["tables"] and len(parts) > 2:
            if source.package not in {parts[1], *LENT.get(parts[1], ())}:
                yield f"{source.path}:{line}: only {parts[1]} touches the tables of {parts[1]}"
            elif not is_queries(source):
                yield f"{source.path}:{line}: only the queries of {parts[1]} touch its tables"


def pasted_sql(source: Source) -> Iterator[str]:
    """SQL put together from pieces of text, anywhere; SQL as text at all, outside ``store`` and the tables."""
    for node in ast.walk(source.tree):
        if _is_pasted(node):
            yield f"{source.path}:{getattr(node, 'lineno', 0)}: SQL is never put together from text"
        elif source.package != "store" and source.name != "tables" and _is_raw(node):
            yield f"{source.path}:{getattr(node, 'lineno', 0)}: SQL is written as SQLAlchemy Core"


def _is_pasted(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return bool(node.values) and _is_sql(node.values[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _is_sql(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _is_sql(node.func.value)
    return False


def _is_raw(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "sqlalchemy" and any(alias.name in RAW_SQL for alias in node.names)
    if isinstance(node, ast.Attribute) and node.attr in RAW_SQL:
        return node.attr == "exec_driver_sql" or ast.unparse(node.value) in {"sa", "sqlalchemy"}
    return _is_sql(node)


def _is_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(SQL_HEAD.match(node.value))
