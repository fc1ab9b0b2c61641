"""Begin."""

# ruff: noqa: E501 - drafted from the tables

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "duty",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dead_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("key", name=op.f("uq_duty_key")),
    )
    op.create_index(op.f("ix_duty_lane_run_at"), "duty", ["lane", "run_at"], unique=False)
    op.create_table(
        "face",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("bio_html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face")),
        sa.UniqueConstraint("handle", name=op.f("uq_face_handle")),
    )
    op.create_table(
        "idempotency",
        sa.Column("actor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("app_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("result_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "app_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "consumer", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_seen_at"), "inbox", ["seen_at"], unique=False)
    op.create_table(
        "link",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("acct", sa.Text(), nullable=False),
        sa.Column("account_url", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("most_characters", sa.Integer(), nullable=False),
        sa.Column("url_characters", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("ending_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("home_fence", sa.Text(), nullable=True),
        sa.Column("poll_failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint(
            "face_id", "origin", "account_id", name=op.f("uq_link_face_id_origin_account_id")
        ),
    )
    op.create_table(
        "link_attempt",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("app_id", sa.BigInteger(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("copies_out", sa.Boolean(), nullable=False),
        sa.Column("home_in", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_link_attempt")),
    )
    op.create_index(op.f("ix_link_attempt_expires_at"), "link_attempt", ["expires_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "partner_app",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_app")),
        sa.UniqueConstraint(
            "origin", "redirect_uri", "scopes", name=op.f("uq_partner_app_origin_redirect_uri_scopes")
        ),
    )
    op.create_table(
        "consent",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_consent_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_link_id_id"), "consent", ["link_id", "id"], unique=False)
    op.create_index(
        "uq_consent_open",
        "consent",
        ["link_id", "direction"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "copy",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("voice_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("acct", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.Text(), nullable=True),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("remote_url", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_copy_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
    )
    op.create_index(op.f("ix_copy_face_id_id"), "copy", ["face_id", "id"], unique=False)
    op.create_index(op.f("ix_copy_link_id_state"), "copy", ["link_id", "state"], unique=False)
    op.create_index(
        "uq_copy_place",
        "copy",
        ["voice_id", "link_id"],
        unique=True,
        sqlite_where=sa.text("(state NOT IN ('failed', 'recalled'))"),
        postgresql_where=sa.text("(state NOT IN ('failed', 'recalled'))"),
    )
    op.create_index(
        "uq_copy_remote",
        "copy",
        ["origin", "remote_id"],
        unique=True,
        sqlite_where=sa.text("remote_id IS NOT NULL"),
        postgresql_where=sa.text("remote_id IS NOT NULL"),
    )
    op.create_table(
        "friend_invite",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_friend_invite_face_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friend_invite")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_friend_invite_code_hash")),
    )
    op.create_index(op.f("ix_friend_invite_face_id"), "friend_invite", ["face_id"], unique=False)
    op.create_table(
        "friend_request",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("declined_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["face.id"], name=op.f("fk_friend_request_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["face.id"], name=op.f("fk_friend_request_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friend_request")),
        sa.UniqueConstraint("from_id", "to_id", name=op.f("uq_friend_request_from_id_to_id")),
    )
    op.create_index(op.f("ix_friend_request_to_id_id"), "friend_request", ["to_id", "id"], unique=False)
    op.create_table(
        "friendship",
        sa.Column("a_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["a_id"], ["face.id"], name=op.f("fk_friendship_a_id")),
        sa.ForeignKeyConstraint(["b_id"], ["face.id"], name=op.f("fk_friendship_b_id")),
        sa.PrimaryKeyConstraint("a_id", "b_id", name=op.f("pk_friendship")),
    )
    op.create_table(
        "inbound",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_acct", sa.Text(), nullable=False),
        sa.Column("author_url", sa.Text(), nullable=False),
        sa.Column("boosted_by", sa.Text(), nullable=True),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_inbound_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("link_id", "remote_id", name=op.f("uq_inbound_link_id_remote_id")),
    )
    op.create_index(op.f("ix_inbound_face_id_id"), "inbound", ["face_id", "id"], unique=False)
    op.create_table(
        "voice",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(parent_id IS NULL AND room_id = id AND audience IN ('me', 'friends', 'people')) OR (parent_id IS NOT NULL AND room_id <> id AND audience IS NULL)",
            name=op.f("ck_voice_room"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["face.id"], name=op.f("fk_voice_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice")),
    )
    op.create_index(
        op.f("ix_voice_author_id_parent_id_id"), "voice", ["author_id", "parent_id", "id"], unique=False
    )
    op.create_index(op.f("ix_voice_room_id_id"), "voice", ["room_id", "id"], unique=False)
    op.create_table(
        "copy_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("copy_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_copy_event_copy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_event")),
    )
    op.create_index(op.f("ix_copy_event_copy_id_id"), "copy_event", ["copy_id", "id"], unique=False)
    op.create_table(
        "friend_invite_use",
        sa.Column("invite_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_friend_invite_use_face_id")),
        sa.ForeignKeyConstraint(
            ["invite_id"], ["friend_invite.id"], name=op.f("fk_friend_invite_use_invite_id")
        ),
        sa.PrimaryKeyConstraint("invite_id", "face_id", name=op.f("pk_friend_invite_use")),
    )
    op.create_table(
        "voice_person",
        sa.Column("voice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_voice_person_face_id")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_person_voice_id")),
        sa.PrimaryKeyConstraint("voice_id", "face_id", name=op.f("pk_voice_person")),
    )
