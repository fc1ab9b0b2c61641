"""Which role reaches what of a PostgreSQL database, from the settings."""

from typing import Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import StoreName

Role = Literal["owner", "people", "square", "circle", "letters", "public"]
PUBLIC_STORES: Final[tuple[StoreName, ...]] = ("people", "square")
"""What the role for visitors may look into."""


class Login(msgspec.Struct, frozen=True):
    """A database, and a role with its password. ``url`` names no role."""

    url: str
    role: str
    password: str | None

    def __repr__(self) -> str:
        return f"Login({self.place})"

    @property
    def place(self) -> str:
        """For messages: who and where, without the password."""
        return f"{self.role} at {self.url}"

    def address(self) -> sa.URL:
        """For the driver."""
        return sa.make_url(self.url).set(
            drivername="postgresql+asyncpg", username=self.role, password=self.password
        )


def login(config: Config, role: Role) -> Login:
    """The login of a role; the setting is ``role`` or ``role:password``. Raises ConfigError."""
    name, _, password = str(getattr(config, f"database_{role}")).partition(":")
    made = Login(config.database, name, password or None)
    try:
        made.address()
    except (ArgumentError, ValueError) as error:
        raise ConfigError('settings: "database" is "sqlite" or postgresql://host:port/name') from error
    return made
