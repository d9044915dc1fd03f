"""The index behind parties.search: FTS5 on SQLite, a GIN index over lexemes on PostgreSQL.

Both hold the grams of ``search_text.grams``. The FTS5 table keeps no text of its own (content='')
and no positions (detail=none); ``prefix`` lets three to five letters of pinyin be one look-up.
"""

from django.db import migrations

SQLITE = """
CREATE VIRTUAL TABLE parties_search USING fts5(
    grams, content='', columnsize=0, detail=none, prefix='4 5 6',
    tokenize="ascii tokenchars '~^@'"
)
"""


def forward(_apps, editor):
    if editor.connection.vendor == "sqlite":
        editor.execute(SQLITE)
    else:
        editor.execute("ALTER TABLE parties_searchtext ADD COLUMN grams tsvector")
        # Enough frequent grams in the statistics for the planner to know 有限 from 恒通.
        editor.execute("ALTER TABLE parties_searchtext ALTER COLUMN grams SET STATISTICS 1000")
        editor.execute(
            "CREATE INDEX parties_searchtext_grams ON parties_searchtext USING gin (grams)"
        )


def backward(_apps, editor):
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TABLE parties_search")
    else:
        editor.execute("DROP INDEX parties_searchtext_grams")
        editor.execute("ALTER TABLE parties_searchtext DROP COLUMN grams")


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunPython(forward, backward, elidable=False)]
