"""Pictures in forms. Without scripts it takes two steps: choose files and add them, then describe them and send.

What is chosen is staged at once; the form carries the ids on. They are the sender's own or they are nothing.
"""

import hashlib
from typing import Annotated, Final, TypeVar

import msgspec

from kizuna.doors.parts import MemberParts
from kizuna.doors.tree import Upload
from kizuna.ground.errors import Invalid
from kizuna.ground.ids import parse_id
from kizuna.media import actions
from kizuna.media.actions import Chosen
from kizuna.media.models import LONGEST_DESCRIPTION, MOST_ATTACHED, Picture, Words
from kizuna.people.limits import UPLOAD
from kizuna.people.models import Viewer
from kizuna.square.render import picture_path
from kizuna.web.forms import Long, Sent, Short
from kizuna.web.pieces import Attaching, StagedPicture

Few = msgspec.Meta(max_length=20)
F = TypeVar("F", bound="PictureFields")
SHELF: Final = "staged"


class PictureFields(Sent, frozen=True, kw_only=True):
    """What a form with pictures carries: new files, and those staged before with what is said about them."""

    picture: Annotated[list[Upload | str], Few] = msgspec.field(default_factory=list[Upload | str])
    media: Annotated[list[Short], Few] = msgspec.field(default_factory=list[Short])
    alt: dict[str, Long] = msgspec.field(default_factory=dict[str, str])
    drop: Annotated[list[Short], Few] = msgspec.field(default_factory=list[Short])
    sensitive: Short = ""
    do: Short = "send"

    @property
    def kept_ids(self) -> list[int]:
        """The ids of what was staged before and not taken out."""
        return [one for text in self.media if text not in self.drop and (one := parse_id(text)) is not None]

    @property
    def files(self) -> list[Upload]:
        """The files that were chosen; a file field left empty arrives as one without a name."""
        return [each for each in self.picture if isinstance(each, Upload) and (each.filename or each.data)]

    @property
    def only_pictures(self) -> bool:
        """The button pressed was one that adds or takes out pictures."""
        return self.do == "attach"


async def staged(parts: MemberParts, viewer: Viewer, form: PictureFields) -> list[Picture]:
    """What the form has staged before, as it is still there."""
    return await actions.staged(parts.media, viewer.person_id, form.kept_ids)


async def gather(parts: MemberParts, viewer: Viewer, form: PictureFields) -> list[Picture]:
    """Write down what is said about the pictures, and stage the new files. Raises Invalid, TooLarge, Unavailable."""
    found = [await _described(parts, viewer, each, form) for each in await staged(parts, viewer, form)]
    if len(found) + len(form.files) > MOST_ATTACHED:
        raise Invalid("At most {most} pictures can be attached", field="media_ids", most=MOST_ATTACHED)
    for file in form.files:
        parts.people.limiter.check(None, UPLOAD, f"person {viewer.person_id}")
        found.append(await actions.upload(parts.media, viewer.person_id, file.data, Words()))
    return found


def form_with(form: F, pictures: list[Picture]) -> F:
    """The form as it is shown again: what was staged with it is among what it carries, and nothing waits twice."""
    ids = [str(each.id) for each in pictures] or [str(one) for one in form.kept_ids]
    return msgspec.structs.replace(form, media=ids, picture=[], drop=[])


def chosen(parts: MemberParts, viewer: Viewer, form: PictureFields, pictures: list[Picture]) -> Chosen | None:
    """The pictures as a verb takes them: also those that are gone, which it refuses unless this is a repeat."""
    ids = dict.fromkeys([*form.kept_ids, *(each.id for each in pictures)])
    return Chosen(parts.media, viewer.person_id, tuple(ids)) if ids else None


def attaching(pictures: list[Picture], *, sensitive: bool = False) -> Attaching:
    """The part of a composer that holds pictures."""
    return Attaching(
        pictures=tuple(
            StagedPicture(
                id=str(each.id),
                src=picture_path(each, "small", SHELF),
                description=each.description,
                width=each.small_width,
                height=each.small_height,
            )
            for each in pictures
        ),
        most=MOST_ATTACHED,
        longest=LONGEST_DESCRIPTION,
        sensitive=sensitive,
    )


def content_of(form: PictureFields) -> str:
    """The pictures as a part of what an idempotency key stands for: the same for a form that is sent again."""
    files = [hashlib.sha256(file.data).hexdigest() for file in form.files]
    return ",".join([*map(str, form.kept_ids), *files])


async def _described(parts: MemberParts, viewer: Viewer, picture: Picture, form: PictureFields) -> Picture:
    said = form.alt.get(str(picture.id))
    if said is None or said == picture.description:
        return picture
    return await actions.describe(parts.media, viewer.person_id, picture.id, Words(description=said))
