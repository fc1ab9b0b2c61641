"""The circle's double-entry book: points, items, coupons and their stock (invariant 9).

Owns ``ledger_account`` and ``ledger_movement``. Whatever has a value is moved from one account to another and never
changed otherwise, so that all balances of an asset add up to nought: what was issued is in stock, held, under way,
used, returned or expired. Each movement has a key; the same key moves once, however often it is asked for.
"""
