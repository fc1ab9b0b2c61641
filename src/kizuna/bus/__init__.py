"""The bus wakes: topics within one process. Losing it loses time, never data; the database is the truth."""
