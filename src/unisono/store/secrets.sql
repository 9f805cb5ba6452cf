-- name: get
select key_id, nonce, ciphertext from secret where owner_kind = $1 and owner_id = $2 and name = $3;

-- name: put
insert into secret (owner_kind, owner_id, name, key_id, nonce, ciphertext, changed_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (owner_kind, owner_id, name) do update
    set key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext, changed_at = excluded.changed_at;

-- name: remove
delete from secret where owner_kind = $1 and owner_id = $2 and ($3::text is null or name = $3);

-- name: names
select name from secret where owner_kind = $1 and owner_id = $2 order by name;

-- name: sealed_otherwise
select owner_kind, owner_id, name, key_id, nonce, ciphertext from secret where key_id <> $1
order by owner_kind, owner_id, name limit $2 for no key update;

-- name: key_ids
select key_id, count(*) as n from (select key_id from secret union all select key_id from sealed_item) as k
group by key_id order by key_id;
