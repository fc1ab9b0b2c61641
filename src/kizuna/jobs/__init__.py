"""Durable duties: delivery of the outboxes, the inbox of seen events, retried work, idempotency.

Owns in every store the tables ``inbox``, ``duty`` and ``idempotency`` (all *machine*); delivers ``outbox``.
"""
