"""Triggers that let the log only grow: on `event` and `seal` no update, no delete."""

from sqlalchemy import Connection, text

GUARDED = ("event", "seal")
MESSAGE = "日志只增不改"


def guard(connection: Connection) -> None:
    """Put the guards on a fresh schema."""
    if connection.dialect.name == "sqlite":
        for table in GUARDED:
            for verb in ("UPDATE", "DELETE"):
                connection.execute(
                    text(
                        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                    )
                )
        return
    connection.execute(
        text(
            "CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        )
    )
    for table in GUARDED:
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()"
            )
        )
