"""``kizuna migrate``: brings the stores to this program's schema; on PostgreSQL it makes roles and grants rights."""

import typer

from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.store.migrate import head
from kizuna.store.open import migrate_configured


def run(config: Config) -> None:
    """Bring everything up to date, or nothing. Raises ConfigError."""
    if config.database != "sqlite" and not config.database_owner:
        raise ConfigError('settings: "database_owner" names the role that may change the schemas')
    migrate_configured(config, SystemClock())
    typer.echo(", ".join(f"{name} {head(name)}" for name in STORE_NAMES))
