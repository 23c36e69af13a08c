"""The errors of a channel. The class says whether it is out and what may follow."""

from __future__ import annotations

from datetime import datetime


class ChannelError(Exception):
    """Base of all errors an adapter may raise. The class says whether it is out and what may follow.

    `words` is a sentence for staff, in Chinese; `code` the platform's own code; `answer` the platform's
    own words, shortened and without secrets.
    """

    def __init__(self, words: str, *, code: str = "", answer: str = "") -> None:
        """Keeps the three texts; `str(error)` is `words` and, where there is one, the code."""
        super().__init__(f"{words}（{code}）" if code else words)
        self.words = words
        self.code = code
        self.answer = answer[:300]


class Unavailable(ChannelError):
    """Not out. The same call may be made again later."""


class RateLimited(Unavailable):
    """Not out. The platform asks to wait until `until` (aware, UTC)."""

    def __init__(self, words: str, *, until: datetime, code: str = "", answer: str = "") -> None:
        """`until` is an aware instant."""
        super().__init__(words, code=code, answer=answer)
        self.until = until


class QuotaSpent(RateLimited):
    """Not out, no request was made or none was executed: the quota of this call is used up until `until`."""


class Rejected(ChannelError):
    """The platform refuses this content for good. `field` names what to mend ("" when unknown).

    `before_execution` is True where the platform is known to answer so before it does anything; else,
    after a step that cannot be repeated, one `find` confirms that nothing is out.
    """

    def __init__(
        self, words: str, *, field: str = "", before_execution: bool = False, code: str = "", answer: str = ""
    ) -> None:
        """Keeps what to mend and how sure the refusal is."""
        super().__init__(words, code=code, answer=answer)
        self.field = field
        self.before_execution = before_execution


class ChannelRefused(ChannelError):
    """Not out. Account, permission or set-up must be mended; the item is not at fault. Pauses the channel."""


class CredentialsRefused(ChannelRefused):
    """Not out. The platform does not accept our secret or token, also after one renewal."""


class OutcomeUnknown(ChannelError):
    """Perhaps out. Only `find` may follow, never the same call."""


class StepChanged(ChannelError):
    """A step that was done is asked for again with other content. A fault in the caller; nothing was sent."""
