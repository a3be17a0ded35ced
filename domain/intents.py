"""A customer's request: one of a closed set, recognised by key words; the words themselves go no further.

Outsiders write these texts, so nothing of them may reach prose. Code endorses a typed value out of them, for one use:
to leave somebody out of a mailing. A word too many leaves out one customer too many; it never lets anybody in.
"""

import re
from enum import StrEnum

LOW_RATING = 2


class Intent(StrEnum):
    """The intent of a customer's words, as far as key words tell."""

    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    OTHER = "other"


_OPT_OUT = re.compile(
    r"unsubscri|opt[\s-]?out|mailing list|(stop|no more|don'?t) (\w+ ){0,3}(e-?mail|mail|messag|writ|newsletter)"
    r"|remove me|abmeld|abbestell|austrag|keine (\w+ ){0,2}(e-?mails?|mails?|newsletter|nachrichten|werbung)"
    r"|nicht mehr (an)?schreib",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(
    r"complain|refund|damaged|broken?\b|dented|never arrived|arrived late|disappointed|lawyer"
    r"|beschwer|reklam|erstattung|kaputt|beschädigt|nie angekommen|zu spät|enttäuscht|anwalt",
    re.IGNORECASE,
)


def intent_of(text: str, rating: int | None = None) -> Intent:
    """Whether these words ask to be left alone, complain, or neither."""
    if _OPT_OUT.search(text):
        return Intent.OPT_OUT
    if (rating is not None and rating <= LOW_RATING) or _COMPLAINT.search(text):
        return Intent.COMPLAINT
    return Intent.OTHER
