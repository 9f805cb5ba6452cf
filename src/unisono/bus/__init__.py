"""The bell, fan-out and ephemeral topics: in memory, or over PostgreSQL."""
