-- What goes on as part of another enquiry was closed by nobody: days on which something was merged are summed anew.
insert into report_stale (day, access_class)
select distinct closed_day, access_class from report_fact where ending = 'merged' and closed_day is not null on conflict do nothing;
