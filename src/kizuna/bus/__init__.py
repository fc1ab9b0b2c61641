"""The bus wakes: bytes by topic, within one process or between several by the Valkey/Redis protocol.

Losing it loses time, never data: the database is the truth. Owns no table.
"""
