"""PostgreSQL: schema, queries, event log, inbox, outbox, timers, leases."""
