"""What each life of a server computes anew although it is always the same, kept for all lives: only for speed.

Catalogues, compiled templates and compiled statements. A thousand seeds start some ten thousand servers.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import CodeType
from typing import Any
from unittest.mock import patch

import jinja2
import sqlalchemy as sa

from kizuna import wiring
from kizuna.ground.i18n import load_translators
from kizuna.store import sqlite


@cache
def kept() -> "Kept":
    """Those of this test process."""
    return Kept()


class Kept:
    """The results so far."""

    def __init__(self) -> None:
        self._translators = load_translators()
        self._code: dict[tuple[object, ...], CodeType] = {}
        self._first: sa.Engine | None = None
        self._compile = jinja2.Environment.compile
        self._create = sa.create_engine

    @contextmanager
    def used(self) -> Generator[None]:
        """Let servers that are built meanwhile use them."""
        with ExitStack() as patches:
            patches.enter_context(patch.object(wiring, "load_translators", lambda: self._translators))
            patches.enter_context(patch.object(jinja2.Environment, "compile", self._compiled()))
            patches.enter_context(patch.object(sqlite.sa, "create_engine", self._engine))
            yield

    def _compiled(self) -> Any:
        code, compile_anew = self._code, self._compile

        def compiled(
            self: jinja2.Environment, source: str, name: str | None = None, *args: Any, **more: Any
        ) -> Any:
            key = (source, name, self.globals.get("_"))
            if key not in code:
                code[key] = compile_anew(self, source, name, *args, **more)
            return code[key]

        return compiled

    def _engine(self, url: str, **options: Any) -> sa.Engine:
        """An engine of its own, with the dialect and the compiled statements of the first."""
        engine = self._create(url, **options)
        if self._first is None:
            self._first = engine
        engine.dialect = self._first.dialect
        engine._compiled_cache = self._first._compiled_cache  # pyright: ignore[reportPrivateUsage] - it has no public name
        return engine
