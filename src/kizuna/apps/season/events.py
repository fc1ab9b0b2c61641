"""What happened to gifts. Events carry ids, never a note or what is in a gift."""

from kizuna.ground.events import Event


class GiftGiven(Event, frozen=True, tag="season.gift_given"):
    """A face gave another something."""

    gift_id: int
    from_id: int
    to_id: int


class GiftThanked(Event, frozen=True, tag="season.gift_thanked"):
    """Somebody (``from_id``) has thanked the giver (``to_id``) of a gift."""

    gift_id: int
    from_id: int
    to_id: int


class GiftReturned(Event, frozen=True, tag="season.gift_returned"):
    """What a face (``to_id``) gave was not opened in time, and came back."""

    gift_id: int
    to_id: int
