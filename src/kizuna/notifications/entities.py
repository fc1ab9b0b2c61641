"""Notifications in the words of the Mastodon client API."""

import msgspec

from kizuna.square.entities import Account, Status


class Notification(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Notification/ ; ``status`` is left out where there is none."""

    id: str
    type: str
    created_at: str
    group_key: str
    account: Account
    status: Status | msgspec.UnsetType = msgspec.UNSET


class NotificationGroup(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/GroupedNotificationsResults/#NotificationGroup"""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: str
    page_min_id: str
    page_max_id: str
    latest_page_notification_at: str
    sample_account_ids: list[str]
    status_id: str | msgspec.UnsetType = msgspec.UNSET


class GroupedNotifications(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/GroupedNotificationsResults/"""

    accounts: list[Account]
    statuses: list[Status]
    notification_groups: list[NotificationGroup]


class Count(msgspec.Struct):
    """How many are unread."""

    count: int
