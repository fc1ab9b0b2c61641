"""What happened in the circle. Events carry ids and never what somebody wrote: outboxes and logs stay mute."""

from kizuna.ground.events import Event


class FaceMade(Event, frozen=True, tag="circle.face_made"):
    """A face exists and can be used."""

    face_id: int


class FaceRemoved(Event, frozen=True, tag="circle.face_removed"):
    """A face is gone, with its friendships and all it wrote."""

    face_id: int


class FaceStands(Event, frozen=True, tag="circle.face_stands"):
    """The staff suspended a face, which is shown to nobody from now on, or took that back."""

    face_id: int
    suspended: bool


class ProfileEdited(Event, frozen=True, tag="circle.profile_edited"):
    """A face changed its name or bio."""

    face_id: int


class VoiceSaid(Event, frozen=True, tag="circle.voice_said"):
    """A new room; ``group_id`` is the shared group that it was opened in."""

    voice_id: int
    author_id: int
    group_id: int | None = None


class VoiceReplied(Event, frozen=True, tag="circle.voice_replied"):
    """A reply in a room."""

    voice_id: int
    author_id: int
    parent_id: int
    room_id: int


class VoiceDeleted(Event, frozen=True, tag="circle.voice_deleted"):
    """A voice is gone. When it is the room itself (``voice_id == room_id``), all its replies are gone with it."""

    voice_id: int
    author_id: int
    room_id: int


class VoiceEdited(Event, frozen=True, tag="circle.voice_edited"):
    """A voice or a reply has another wording."""

    voice_id: int
    author_id: int
    room_id: int


class AudienceChanged(Event, frozen=True, tag="circle.audience_changed"):
    """A room has another audience: heard by what is kept or open, and never a reason to tell anybody anything."""

    room_id: int
    author_id: int


class Reacted(Event, frozen=True, tag="circle.reacted"):
    """A face reacted to a voice, or changed how."""

    voice_id: int
    face_id: int
    room_id: int


class Unreacted(Event, frozen=True, tag="circle.unreacted"):
    """A face took its reaction back."""

    voice_id: int
    face_id: int
    room_id: int


class GroupChanged(Event, frozen=True, tag="circle.group_changed"):
    """A group has other members, another name, or is no more."""

    owner_id: int
    group_id: int


class AskedToGroup(Event, frozen=True, tag="circle.asked_to_group"):
    """The owner of a shared group asks a friend to take part."""

    group_id: int
    owner_id: int
    face_id: int


class Participation(Event, frozen=True, tag="circle.participation"):
    """A face takes part in a shared group, or does no more."""

    group_id: int
    face_id: int


class Requested(Event, frozen=True, tag="circle.requested"):
    """Somebody asks to be friends. Not sent for a request that the other side has silently declined before."""

    request_id: int
    from_id: int
    to_id: int


class Befriended(Event, frozen=True, tag="circle.befriended"):
    """Two faces are friends. ``by_id`` is the one whose act completed it."""

    a_id: int
    b_id: int
    by_id: int


class Unfriended(Event, frozen=True, tag="circle.unfriended"):
    """Two faces are friends no more. ``by_id`` may never be told to the other."""

    a_id: int
    b_id: int
    by_id: int


class Blocked(Event, frozen=True, tag="circle.blocked"):
    """A face blocks another; what there was between the two has ended. Only ``by_id`` may ever be told."""

    by_id: int
    face_id: int


class Unblocked(Event, frozen=True, tag="circle.unblocked"):
    """A block has ended. Only ``by_id`` may ever be told."""

    by_id: int
    face_id: int
