"""What a tool raises when it can't answer; the handler turns it into something to act on.

::

    ToolError                    a refusal: its code, and what the model reads
    ├── UnknownTool              there is no such tool; never try again
    ├── InvalidArguments         call again with other arguments
    ├── NotFound                 nothing is on file for these arguments
    ├── RateLimited              too many calls; try again in some seconds
    ├── Unavailable              something behind the tool doesn't answer; try again in a minute
    │   └── SearchUnavailable    the search provider gave no answer, which is not "no results"
    └── InternalError            the tool is broken; answer without it

:func:`gateway_tools.handler.handler` is the one place that renders them.
"""

import math
from typing import ClassVar


class ToolError(Exception):
    """The root of the tree: a tool's refusal, in the words that the model reads.

    :cvar code: one word for programs, such as ``not_found``.
    :param message: what is the matter, in one plain sentence.
    :param next_step: what to do about it, in one plain sentence.
    :param reason: what the log says besides; nothing that a person typed.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, next_step: str, *, reason: str = "") -> None:
        super().__init__(reason or message)
        self.message = message
        self.next_step = next_step
        self.reason = reason

    def answer(self) -> dict[str, dict[str, str]]:
        """The error as the tool's answer."""
        return {"error": {"code": self.code, "message": self.message, "next_step": self.next_step}}


class UnknownTool(ToolError):
    """There is no such tool."""

    code = "unknown_tool"

    def __init__(self) -> None:
        super().__init__("There is no such tool.", "Use one of the tools that the Gateway lists.")


class InvalidArguments(ToolError):
    """The arguments don't fit the tool's schema, or each other."""

    code = "invalid_arguments"


class NotFound(ToolError):
    """Nothing is on file for what was asked."""

    code = "not_found"


class RateLimited(ToolError):
    """The process has done this as often as it may.

    :param seconds: until it may again.
    """

    code = "rate_limited"

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message, f"Try again in {math.ceil(seconds)} seconds.")
        self.seconds = seconds


class Unavailable(ToolError):
    """Something behind the tool doesn't answer, or refuses."""

    code = "unavailable"


class SearchUnavailable(Unavailable):
    """The search provider gave no answer, which is not the same as no results.

    :param reason: for the log; carries nothing of what was asked.
    :param retry: whether asking once more may help at once.
    """

    def __init__(self, reason: str, *, retry: bool = True) -> None:
        super().__init__(
            "Web search is down; nothing can be said about whether there are results.",
            "Say that the web could not be searched, or try again in a few minutes.",
            reason=reason,
        )
        self.retry = retry


class InternalError(ToolError):
    """The tool failed in a way that nobody has thought of.

    :param reason: the exception's type; its text may carry what a customer typed.
    """

    code = "internal_error"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The tool failed.",
            "Tell the user that the tool isn't working and answer without it.",
            reason=reason,
        )
