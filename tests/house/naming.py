"""Names that say nothing, ``__init__`` files that do something, and exceptions to rules that give no reason."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.house.source import Source

EMPTY_WORDS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "base",
    "misc",
    "shared",
}

IGNORE = re.compile(
    r"#\s*(?:noqa\b(?P<rule>: [A-Z]+\d+(?:,\s?[A-Z]+\d+)*)?"
    r"|(?:type|pyright): ignore(?P<kind>\[[^\]]+\])?"
    r"|pragma: no cover(?P<cover>))"
    r"[\s#:–—-]*(?P<reason>.*)$"
)
LEAST_REASON = 8


def empty_names(source: Source) -> Iterator[str]:
    """Modules and packages whose name tells nothing about what is in them."""
    for word in source.module.split("."):
        if EMPTY_WORDS & set(word.split("_")):
            yield f'{source.path}: "{word}" says nothing about what is in it'


def busy_packages(source: Source) -> Iterator[str]:
    """``__init__`` files with more or less than a docstring."""
    if not source.is_package:
        return
    if ast.get_docstring(source.tree) is None:
        yield f"{source.path}: says not what the package owns"
    for node in source.tree.body[1:]:
        yield f"{source.path}:{node.lineno}: a package's __init__ holds its docstring and nothing else"


def unreasoned_ignores(source: Source) -> Iterator[str]:
    """Switched-off rules that name no rule, or give no reason on the same line or in the comment above."""
    lines = source.text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        found = IGNORE.search(token.string) if token.type == tokenize.COMMENT else None
        if found is None:
            continue
        line = token.start[0]
        if not (found["rule"] or found["kind"] or found["cover"] is not None):
            yield f"{source.path}:{line}: name the rule that is switched off"
        above = lines[line - 2].strip() if line > 1 else ""
        if len(found["reason"]) < LEAST_REASON and not above.startswith("# "):
            yield f"{source.path}:{line}: say why the rule is switched off here"


def unreasoned_skips(source: Source) -> Iterator[str]:
    """Tests that skip, or are expected to fail, without saying why."""
    called = {node.func for node in ast.walk(source.tree) if isinstance(node, ast.Call) and _reasoned(node)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node not in called and _is_skip(node):
            yield f"{source.path}:{node.lineno}: {ast.unparse(node)} gives no reason"


def _is_skip(node: ast.Attribute) -> bool:
    return ast.unparse(node) in {"pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}


def _reasoned(call: ast.Call) -> bool:
    if ast.unparse(call.func) == "pytest.skip" and call.args:
        return True
    return any(keyword.arg == "reason" for keyword in call.keywords)
