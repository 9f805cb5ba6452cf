-- name: next
-- What comes in together is judged in the same moment: of the moment that was reached some may still be without an opinion.
select s.item_id, s.judged_at from triage_score s join triage_second m on m.model = $1
where s.judged_at >= m.done_to and s.judged_at < $4::timestamptz - interval '5 seconds'
  and (s.judged_at > m.done_to
       or not exists (select from triage_opinion o where o.item_id = s.item_id and o.model = $1))
  and ($2::text[] = '{}' or coalesce(s.language, '') = any($2))
order by s.judged_at, s.item_id limit $3;

-- name: labelled
select l.item_id from triage_label l join triage_score s on s.item_id = l.item_id
where ($2::text[] = '{}' or coalesce(s.language, '') = any($2))
  and not exists (select from triage_opinion o where o.item_id = l.item_id and o.model = $1)
group by l.item_id order by l.item_id limit $3;

-- name: keep
insert into triage_opinion (item_id, model, said)
select t.item_id, $1, t.said from unnest($2::uuid[], $3::jsonb[]) as t(item_id, said)
where exists (select from triage_score s where s.item_id = t.item_id)
order by t.item_id
on conflict (item_id) do update set model = excluded.model, said = excluded.said;

-- name: mark
insert into triage_second (model, done_to) values ($1, coalesce($2::timestamptz, $3::timestamptz - interval '7 days'))
on conflict (model) do update set done_to = coalesce($2, triage_second.done_to);

-- name: compared
-- What ours said is what it said when the text came, before anybody labelled it.
select coalesce(s.language, '') as language, l.label, coalesce(s.said -> l.head, '{}') as ours, o.said -> l.head as theirs
from triage_label l join triage_score s on s.item_id = l.item_id join triage_opinion o on o.item_id = l.item_id
where l.head = $2 and o.model = $1 and o.said ? l.head
order by l.decided_at desc, l.item_id limit $3;

-- name: put_head
insert into triage_second_head (model, head, language, state, texts, f1, own_f1, measured_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (model, head, language) do update
set state = excluded.state, texts = excluded.texts, f1 = excluded.f1, own_f1 = excluded.own_f1, measured_at = excluded.measured_at;

-- name: heads
select model, head, language, state, texts, f1, own_f1, measured_at from triage_second_head order by model, head, language;

-- name: opinions
select o.item_id, o.model, o.said, array(
    select h.head from triage_second_head h
    where h.model = o.model and h.language = coalesce(s.language, '') and h.state = 'proven' order by h.head) as proven
from triage_opinion o join triage_score s on s.item_id = o.item_id where o.item_id = any($1::uuid[]);

-- name: forget_opinions
delete from triage_opinion where model <> $1;

-- name: forget_heads
delete from triage_second_head where model <> $1;

-- name: forget_marks
delete from triage_second where model <> $1;
