-- name: session
-- Text that every version from 15 on writes and reads alike, and no time limits.
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set bytea_output = 'hex';
set extra_float_digits = 1;
set statement_timeout = 0;
set lock_timeout = 0;
set idle_in_transaction_session_timeout = 0;

-- name: tables
-- Partitions are reached through their parent; the list of migrations is made anew by the migrations.
select c.relname as name,
       (select array_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       (select array_agg(a.attname order by k.place) from pg_index i
        cross join lateral unnest(i.indkey::smallint[]) with ordinality as k(attnum, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary) as key,
       (select coalesce(array_agg(a.attname), '{}') from pg_attribute a
        where a.attrelid = c.oid and a.attcollation <> 0) as collated
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname <> 'schema_migration'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by c.relname;

-- name: partitions
-- Default partitions come with the migrations.
select c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bound
from pg_inherits h join pg_class c on c.oid = h.inhrelid join pg_class p on p.oid = h.inhparent
where c.relispartition and c.relnamespace = current_schema()::regnamespace
  and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
order by p.relname, c.relname;

-- name: sequences
-- Among them those behind identity columns.
select c.relname as name from pg_class c
where c.relkind = 'S' and c.relnamespace = current_schema()::regnamespace order by c.relname;

-- name: set_sequence
select setval(quote_ident($1)::regclass, $2, $3);

-- name: foreign_keys
-- Those of partitions follow their parent's.
select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
from pg_constraint
where contype = 'f' and conparentid = 0 and connamespace = current_schema()::regnamespace
order by conrelid::regclass::text, conname;
