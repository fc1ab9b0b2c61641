"""Actors that write, copy, recall, delete and unlink at random, and the model of what they were promised.

Every deed is in the model before it is tried. What was acknowledged must have happened once; what was never answered
may have happened once or not at all.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TypeVar

import msgspec

from kizuna.ground.randomness import Randomness
from tests.sim.network import SilenceError, UnreachableError
from tests.sim.person import AppUser, Browser, RefusedError

T = TypeVar("T")
Deed = Callable[["Actor"], Awaitable[object]]


class Promise(Enum):
    """What somebody knows of a deed."""

    UNASKED = "unasked"
    UNSURE = "unsure"
    ACKNOWLEDGED = "acknowledged"


class Post(msgspec.Struct):
    """A status on the square."""

    text: str
    id: str | None = None
    made: Promise = Promise.UNSURE
    deleted: Promise = Promise.UNASKED


class Copied(msgspec.Struct):
    """A public copy of a voice."""

    text: str
    voice_id: int
    made: Promise = Promise.UNSURE
    recalled: Promise = Promise.UNASKED


class Said(msgspec.Struct):
    """A voice in the circle, with its copy if one was asked for."""

    text: str
    audience: str
    id: int | None = None
    made: Promise = Promise.UNSURE
    deleted: Promise = Promise.UNASKED
    copy: Copied | None = None


class Model(msgspec.Struct):
    """All that one actor was promised. ``unlinked`` is keep or recall once it was asked for."""

    posts: list[Post] = []
    voices: list[Said] = []
    unlinked: str | None = None
    refused: list[str] = []
    acts: int = 0
    repeats: int = 0


class Actor:
    """Somebody with a face here, an account there, and a tie between them."""

    def __init__(
        self,
        name: str,
        browser: Browser,
        app: AppUser,
        link_id: int,
        chance: Randomness,
        *,
        tries: int = 4,
        longest_wait: float = 10.0,
    ) -> None:
        """``tries`` of one deed, with waits of up to ``longest_wait`` seconds after one that was not answered."""
        self.name = name
        self.model = Model()
        self._tries = tries
        self._longest_wait = longest_wait
        self._browser = browser
        self._app = app
        self._link_id = link_id
        self._chance = chance
        self._serial = 0

    async def live(self, acts: int, longest_pause: float) -> None:
        """Do so many things, with pauses of up to so many seconds."""
        for _ in range(acts):
            await asyncio.sleep(self._chance.uniform() * longest_pause)
            await self.do(DEEDS[self._chance.below(len(DEEDS))])

    async def do(self, deed: Deed) -> None:
        """Do one thing; that it is refused is noted for the verdict."""
        self.model.acts += 1
        try:
            await deed(self)
        except RefusedError as error:
            self.model.refused.append(f"{deed.__name__}: {error}")

    def _text(self, kind: str) -> str:
        self._serial += 1
        return f"{kind} {self.name} {self._serial}"

    async def _until_answered(self, deed: Callable[[], Awaitable[T]]) -> T | None:
        """Try, and try again the same; None when nobody ever answered."""
        for attempt in range(self._tries):
            self.model.repeats += attempt > 0
            try:
                return await deed()
            except (SilenceError, UnreachableError):
                await asyncio.sleep((0.1 + self._chance.uniform()) * self._longest_wait)
            except RefusedError as error:
                if error.answer.status < 500:
                    raise
                await asyncio.sleep((0.1 + self._chance.uniform()) * self._longest_wait)
        return None

    async def _asked(self, deed: Callable[[], Awaitable[object]]) -> Promise:
        async def done() -> bool:
            await deed()
            return True

        return Promise.ACKNOWLEDGED if await self._until_answered(done) else Promise.UNSURE

    async def post(self) -> None:
        """Post a status."""
        text = self._text("post")
        post = Post(text)
        self.model.posts.append(post)
        post.id = await self._until_answered(lambda: self._app.post(text, key=f"key {text}"))
        if post.id is not None:
            post.made = Promise.ACKNOWLEDGED

    async def delete_post(self) -> None:
        """Delete one of one's statuses."""
        left = [post for post in self.model.posts if post.id and post.deleted is Promise.UNASKED]
        if left:
            post = left[self._chance.below(len(left))]
            post.deleted = Promise.UNSURE
            post.deleted = await self._asked(lambda: self._app.delete(post.id or ""))

    async def react(self) -> None:
        """Favourite or boost one, or take it back."""
        left = [post for post in self.model.posts if post.id and post.deleted is Promise.UNASKED]
        if left:
            post = left[self._chance.below(len(left))]
            verb = ("favourite", "reblog", "unfavourite", "unreblog")[self._chance.below(4)]
            await self._asked(lambda: self._app.act(post.id or "", verb))

    async def say(self) -> Said:
        """Write a voice."""
        text = self._text("voice")
        said = Said(text, ("friends", "me")[self._chance.below(2)])
        self.model.voices.append(said)
        said.id = await self._until_answered(
            lambda: self._browser.say(text, key=f"key {text}", audience=said.audience)
        )
        if said.id is not None:
            said.made = Promise.ACKNOWLEDGED
        return said

    async def say_and_copy(self) -> None:
        """Write a voice and make a public copy of it."""
        said = await self.say()
        if said.id is None or self.model.unlinked:
            return
        await asyncio.sleep(self._chance.uniform() * 2)
        voice_id = said.id
        copy = said.copy = Copied(f"copy of {said.text}", voice_id)
        try:
            copy.made = await self._asked(
                lambda: self._browser.copy(voice_id, self._link_id, copy.text, f"key {copy.text}")
            )
        except RefusedError:
            if not self.model.unlinked:
                raise

    async def recall(self) -> None:
        """Take back one of the last copies."""
        left = [
            said.copy
            for said in self.model.voices
            if said.copy and said.copy.recalled is Promise.UNASKED and said.deleted is Promise.UNASKED
        ]
        if not left:
            return
        copy = left[-1 - self._chance.below(min(3, len(left)))]
        copy_id = await self._until_answered(lambda: self._copy_of(copy.voice_id))
        if copy_id:
            copy.recalled = Promise.UNSURE
            try:
                copy.recalled = await self._asked(lambda: self._browser.recall(copy_id))
            except RefusedError:
                if not self.model.unlinked:
                    raise

    async def change(self) -> None:
        """Have one of the last copies say something else; which of the two it says is for the ledger to know."""
        left = [
            said.copy
            for said in self.model.voices
            if said.copy and said.copy.recalled is Promise.UNASKED and said.deleted is Promise.UNASKED
        ]
        if not left:
            return
        copy = left[-1 - self._chance.below(min(3, len(left)))]
        copy_id = await self._until_answered(lambda: self._copy_of(copy.voice_id))
        if copy_id:
            text = self._text(f"{copy.text}, changed by")
            await self._asked(lambda: self._changed(copy.voice_id, copy_id, text))

    async def _changed(self, voice_id: int, copy_id: int, text: str) -> None:
        try:
            await self._browser.change(voice_id, copy_id, text)
        except RefusedError as error:
            if error.answer.status not in (
                403,
                404,
                409,
            ):  # it does not stand, or an earlier change is not over
                raise

    async def _copy_of(self, voice_id: int) -> int:
        page = await self._browser.client.get(f"/v/{voice_id}")
        if page.status != 200:
            raise RefusedError(page)
        found = re.search(r"/copies/(\d+)/recall", page.text)
        return int(found[1]) if found else 0

    async def delete_voice(self) -> None:
        """Delete one of the last voices."""
        left = [said for said in self.model.voices if said.id and said.deleted is Promise.UNASKED]
        if left:
            said = left[-1 - self._chance.below(min(3, len(left)))]
            said.deleted = Promise.UNSURE
            said.deleted = await self._asked(lambda: self._gone(said.id or 0))

    async def _gone(self, voice_id: int) -> None:
        try:
            await self._browser.delete(voice_id)
        except RefusedError as error:
            if error.answer.status != 404:  # deleted already, by the attempt whose answer was lost
                raise

    async def unlink(self) -> None:
        """Perhaps cut the tie, keeping or recalling what was copied."""
        if self.model.unlinked or self._chance.uniform() < 0.7:
            return
        self.model.unlinked = ("keep", "recall")[self._chance.below(2)]
        await self._asked(lambda: self._ended(self.model.unlinked or ""))

    async def _ended(self, copies: str) -> None:
        try:
            await self._browser.unlink(self._link_id, copies)
        except RefusedError as error:
            if error.answer.status not in (404, 409):  # ended already, by the attempt whose answer was lost
                raise


DEEDS: tuple[Deed, ...] = (
    *(Actor.say_and_copy,) * 5,
    *(Actor.recall,) * 3,
    *(Actor.change,) * 2,
    *(Actor.delete_voice,) * 2,
    *(Actor.post,) * 2,
    Actor.delete_post,
    Actor.say,
    Actor.react,
    Actor.unlink,
)
