"""Keeping a place fit to live in: reports, decisions about people, blocked words and addresses, appeals, announcements.

Owns tables in people (what concerns the square and everybody) and in circle (reports about closed items, with what
their reporter saw). What it decides about a person is kept in people (``people/standing.py``), where all can read it.
"""
