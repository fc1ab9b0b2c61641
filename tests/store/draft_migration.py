"""Drafts the next migration of a store from what its tables say: ``python -m tests.store.draft_migration square``.

Read the draft before you commit it, and add the data part by hand.
"""

import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext

import kizuna
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.migrate import MIGRATIONS, migrate
from kizuna.store.schema import METADATA

HEADER = '''"""{message}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}


def upgrade() -> None:
    """Forwards."""
    {body}
'''


def import_tables() -> None:
    """Import every module that declares tables."""
    for module in pkgutil.walk_packages(kizuna.__path__, "kizuna."):
        if module.name.endswith("tables"):
            importlib.import_module(module.name)


def draft(store: StoreName, message: str) -> Path:
    """Write the next version file of a store; answers its path."""
    directory = MIGRATIONS / store
    directory.mkdir(parents=True, exist_ok=True)
    past = sorted(directory.glob("[0-9]*.py"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "now.db"
        path.touch()
        if past:
            migrate(store, path)
        with sa.create_engine(f"sqlite:///{path}").connect() as connection:
            script = produce_migrations(MigrationContext.configure(connection), METADATA[store])
    code = render_python_code(script.upgrade_ops) if script.upgrade_ops else ""
    kept = [line for line in code.strip().splitlines() if "###" not in line and "info={" not in line]
    body = "\n".join(kept).strip()
    number = f"{len(past) + 1:04d}"
    down = repr(past[-1].stem[:4]) if past else None
    made = directory / f"{number}_{message.lower().replace(' ', '_')}.py"
    made.write_text(HEADER.format(message=f"{message}.", revision=number, down=down, body=body))
    return made


if __name__ == "__main__":
    import_tables()
    wanted = sys.argv[1:2] or STORE_NAMES
    for name in wanted:
        print(draft(cast(StoreName, name), " ".join(sys.argv[2:]) or "Begin"))
