"""The annex to a works agreement is complete: every column that names a person of the house has its row."""

import re
from pathlib import Path

from tests.kit import House
from unisono.service.actions import ACTIONS, BUILT_IN_ROLES
from unisono.service.first_run import bring_roles_up_to_date
from unisono.service.works_agreement import _ROLES, works_agreement
from unisono.service.works_agreement_data import DATA, NOBODY

ROOT = Path(__file__).parents[2]
_COLUMNS = """
select c.relname as table, a.attname as column,
       exists (select from pg_constraint k where k.contype = 'f' and k.conrelid = c.oid and a.attnum = any(k.conkey)
               and k.confrelid in ('app_user'::regclass, 'agent'::regclass)) as refers
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
  and a.attnum > 0 and not a.attisdropped and a.atttypid in ('uuid'::regtype, 'uuid[]'::regtype)
"""
_LIKE_PEOPLE = re.compile(r"(^|_)(agent|user|actor|owner|asker|author|member|person|who)(_|$)|_by$")


async def test_every_column_that_names_a_person_of_the_house_has_a_row(house: House) -> None:
    named = {
        (row["table"], row["column"]) for row in await house.sql(_COLUMNS) if row["refers"] or _LIKE_PEOPLE.search(row["column"])
    } - NOBODY
    assert len(named) > 50
    listed = {(datum.table, column) for datum in DATA for column in datum.columns}
    missing = sorted(named - listed)
    assert missing == [], "add what they tell of people to src/unisono/service/works_agreement_data.py"


async def test_the_account_is_listed_whole_and_nothing_that_is_not_there(house: House) -> None:
    there = {
        (row["table"], row["column"]) for row in await house.sql(
            "select table_name as table, column_name as column from information_schema.columns where table_schema = 'public'"
        )
    }  # fmt: skip
    listed = {(datum.table, column) for datum in DATA for column in datum.columns}
    assert listed <= there
    assert {column for table, column in there if table == "app_user"} == {c for t, c in listed if t == "app_user"}
    assert {action for datum in DATA for action in datum.seen_by} <= ACTIONS.keys()


async def test_who_sees_it_and_how_long_follow_the_house(house: House) -> None:
    await bring_roles_up_to_date(house.db)
    async with house.db.write() as tx:
        await tx.setup.put_setting("people.looks_kept_days", 99, None)
    found = await works_agreement(house.db, None)
    [looks] = [row for row in found.rows if row.place.startswith("people_look:")]
    assert looks.kept == {"de": "99 Tage", "en": "99 days"}
    [audit] = [row for row in found.rows if row.place.startswith("audit:")]
    assert audit.seen_by == {"de": "Verwaltung, Prüfung (audit.read)", "en": "Administration, Audit (audit.read)"}
    await house.sql("insert into role (name, actions) values ('revision', array['audit.read'])")
    [audit] = [row for row in (await works_agreement(house.db, None)).rows if row.place.startswith("audit:")]
    assert "revision" in audit.seen_by["de"]
    for row in found.rows:
        for words in (row.what, row.purpose, row.seen_by, row.report, row.kept):
            assert words["de"]
            assert words["en"]


def test_roles_are_called_as_at_the_desk() -> None:
    for place, language in enumerate(("de", "en")):
        text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "ui" / "locales" / language).glob("*.ftl"))
        for role in BUILT_IN_ROLES:
            assert f"\nrole-{role.name.replace('_', '-')} = {_ROLES[role.name][place]}\n" in text
