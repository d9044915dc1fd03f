"""Triggers that count every change to what snapshots are made of.

Whoever writes, a page, an import, SQL by hand, the version of the data moves in the same
transaction. The columns named are those a snapshot reads: writing a customer's standing does not
make the snapshot stale that the standing was computed from.
"""

from django.db import migrations

from guanzhang.analytics.touch import WATCHED, trigger_names

ADD_ONE = (
    "INSERT INTO analytics_touch (id, weight) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET weight = weight + 1"
)


def forward(_apps, editor):
    sqlite = editor.connection.vendor == "sqlite"
    if not sqlite:
        editor.execute(
            "CREATE FUNCTION analytics_touch_once() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO analytics_touch (weight) VALUES (1); RETURN NULL; END $$"
        )
    for table, columns in WATCHED.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        for name, verb in zip(trigger_names(table), ("INSERT", f"UPDATE{of}", "DELETE"), strict=True):
            if sqlite:
                editor.execute(f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN {ADD_ONE}; END")
            else:
                editor.execute(
                    f"CREATE TRIGGER {name} AFTER {verb} ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION analytics_touch_once()"
                )


def backward(_apps, editor):
    for table in WATCHED:
        for name in trigger_names(table):
            on = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
            editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
    if editor.connection.vendor != "sqlite":
        editor.execute("DROP FUNCTION IF EXISTS analytics_touch_once()")


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial"), ("parties", "0001_initial")]
    operations = [migrations.RunPython(forward, backward, elidable=False)]
