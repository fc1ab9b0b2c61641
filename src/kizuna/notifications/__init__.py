"""Notifications: what others did that a person may want to know, kept apart by plane.

Owns in the store people: notification, notification_off, quiet_time. In the store circle: notification,
notification_off, notification_seen. A row names who, what kind and which thing, never a word of it; whether it may be
seen is asked of the thing itself at every read.
"""
