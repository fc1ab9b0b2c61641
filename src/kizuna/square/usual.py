"""How an account posts where nothing else is said: alike for what is typed and for copies, so that none tells which."""

from kizuna.people.queries import locale_of_face
from kizuna.square import kept_queries
from kizuna.square.ports import Square


async def usual_language(square: Square, account_id: int) -> str | None:
    """The language that a text begins with: the last one chosen, else that in which its person reads the pages."""
    posting = await kept_queries.posting(square.kept.reads, account_id)
    return posting.language or await locale_of_face(square.kept.reads, "square", account_id)
