-- Of a call one has one at a time, whatever units a house gives it. The channel says so, since the router knows no medium;
-- `engaged` counts what an agent has of it, beside the units in use and guarded by the same lock; a hold says whether it counts.
alter table channel add column one_at_a_time boolean not null default false;
update channel set one_at_a_time = true where medium = 'call';

alter table capacity_hold add column alone boolean not null default false;
update capacity_hold h set alone = true
from interaction i join channel c on c.id = i.channel_id
where i.id = h.interaction_id and h.consult_id is null and i.state in ('offered', 'active', 'wrap_up') and c.one_at_a_time;

alter table agent add column engaged integer not null default 0 check (engaged >= 0);
update agent a set engaged = h.alone
from (select agent_id, count(*) as alone from capacity_hold where alone group by agent_id) h where h.agent_id = a.user_id;
