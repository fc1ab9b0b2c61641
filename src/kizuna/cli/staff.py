"""``kizuna staff``: gives somebody a role, so that there is a first administrator."""

import asyncio
import sys

from kizuna.ground.config import Config, ConfigError
from kizuna.ground.errors import Refusal
from kizuna.people import standing_queries
from kizuna.people.models import Role
from kizuna.people.standing import appoint
from kizuna.wiring import build, system_ports


def run(config: Config, handle: str, role: str) -> None:
    """Appoint the person behind a handle. Raises ConfigError for an unknown handle or role, or a running server."""
    if role not in set(Role):
        raise ConfigError(f"there is no role {role!r}; the roles are {', '.join(Role)}")
    asyncio.run(_appoint(config, handle.strip().removeprefix("@").lower(), Role(role)))


async def _appoint(config: Config, handle: str, role: Role) -> None:
    server = build(config, system_ports(config))
    try:
        people = server.parts.people
        person_id = await standing_queries.person_of_handle(people.store.reads, config.planes, handle)
        if person_id is None:
            raise ConfigError(f"nobody here is called @{handle}")
        await appoint(people, person_id, role)
    except Refusal as refusal:
        raise ConfigError(str(refusal)) from refusal
    finally:
        await server.stop()
    sys.stdout.write(f"@{handle} is now {role.value}\n")
