"""Who may do what in a PostgreSQL database, by its own catalogue: every role, every table, every right."""

from collections.abc import Iterator

import pytest

from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.store.logins import login
from kizuna.store.postgres_open import migrate_database
from kizuna.store.schema import METADATA
from tests.postgres import OWNER, Cluster
from tests.store.draft_migration import import_tables

import_tables()

ROLES = ("people", "square", "circle", "letters", "public")
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
CHANGES = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.fixture(scope="module")
def made(cluster: Cluster) -> Iterator[Cluster]:
    """A cluster with a database whose rights nobody has touched since they were granted."""
    cluster.say("CREATE DATABASE rights")
    migrate_database(cluster.config("rights"))
    yield cluster
    cluster.say("DROP DATABASE rights WITH (FORCE)")


def expected(role: str, schema: str, table: str) -> set[str]:
    """The rights of one of our roles on a table."""
    if role == "public" and schema == "square":
        return CHANGES if table == "process" else {"SELECT"}
    if schema not in (role, "people" if role == "public" else role):
        return set()
    return {"SELECT"} if table == "alembic_version" else CHANGES


def rights(made: Cluster, role: str) -> dict[tuple[str, str], set[str]]:
    """What a role may do with each table outside PostgreSQL's own catalogue."""
    name = f"kizuna_{role}"
    asked = ", ".join(
        f"has_table_privilege('{name}', c.oid, '{right}') AS {right.lower()}" for right in RIGHTS
    )
    found = made.say(
        f"SELECT n.nspname, c.relname, {asked} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT LIKE 'pg\\_%'"
        " AND n.nspname <> 'information_schema'",
        "rights",
    )
    return {(row[0], row[1]): {right for right in RIGHTS if row[right.lower()]} for row in found}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_own_tables_and_no_others(made: Cluster, role: str) -> None:
    found = rights(made, role)
    declared = {(store, table) for store in STORE_NAMES for table in METADATA[store].tables}
    assert declared | {(store, "alembic_version") for store in STORE_NAMES} == set(found)
    assert found == {key: expected(role, *key) for key in found}


def test_a_process_for_visitors_cannot_look_into_circle_or_letters(made: Cluster) -> None:
    found = rights(made, "public")
    closed = {key: may for key, may in found.items() if key[0] in ("circle", "letters")}
    assert len(closed) > 20, "the premise: there are such tables"
    assert not any(closed.values())
    asked = "SELECT nspname, has_schema_privilege('kizuna_public', oid, 'USAGE') FROM pg_namespace"
    usable = {row[0] for row in made.say(asked, "rights") if row[1]}
    assert usable & {"people", "square", "circle", "letters"} == {"people", "square"}


def test_no_role_owns_makes_or_becomes_anything(made: Cluster) -> None:
    for role in ROLES:
        name = f"kizuna_{role}"
        (row,) = made.say(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication AS mighty,"
            f" (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owned"
            f" FROM pg_roles r WHERE rolname = '{name}'",
            "rights",
        )
        assert (row["mighty"], row["owned"]) == (False, 0), role
        schemas = "SELECT nspname FROM pg_namespace WHERE has_schema_privilege('{}', oid, 'CREATE')"
        assert [each[0] for each in made.say(schemas.format(name), "rights")] == [], role
        others = (OWNER, *(f"kizuna_{other}" for other in ROLES if other != role))
        members = [
            other for other in others if made.say(f"SELECT pg_has_role('{name}', '{other}', 'MEMBER')")[0][0]
        ]
        assert members == [], role


def test_rights_that_somebody_granted_are_taken_back_by_the_next_migration(made: Cluster) -> None:
    made.say("GRANT USAGE ON SCHEMA circle TO kizuna_public", "rights")
    made.say("GRANT SELECT ON circle.voice TO kizuna_public, kizuna_square", "rights")
    assert rights(made, "public")["circle", "voice"] == {"SELECT"}
    migrate_database(made.config("rights"))
    assert rights(made, "public")["circle", "voice"] == set()
    assert rights(made, "square")["circle", "voice"] == set()


def test_an_owner_who_cannot_be_reached_is_one_clear_line(made: Cluster) -> None:
    with pytest.raises(ConfigError, match="kizuna_owner at postgresql:///nowhere"):
        migrate_database(made.config("nowhere"))


def test_a_password_is_in_no_message() -> None:
    one = login(Config(database="postgresql://h/k", database_circle="kizuna_circle:se:cret"), "circle")
    assert one.address().password == "se:cret"
    assert "cret" not in one.place
    assert "cret" not in repr(one)
