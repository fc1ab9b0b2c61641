"""The duties of the tie, for wiring to register with the worker of the circle's store."""

from functools import partial

from kizuna.jobs.duties import Handler
from kizuna.tie.delivery import deliver
from kizuna.tie.duties import DELIVER, POLL
from kizuna.tie.inbound import poll
from kizuna.tie.ports import Tie
from kizuna.tie.windows.polling import READ, Reader


def handlers(tie: Tie) -> dict[str, Handler]:
    """Kind of duty to its handler."""
    return {DELIVER: partial(deliver, tie), POLL: partial(poll, tie), READ: Reader(tie).read}
