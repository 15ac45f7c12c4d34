"""How Slack says no: a word, and sometimes the places that it objects to."""


class SlackError(Exception):
    """A refusal by the Web API or by a response URL.

    :param error: Slack's word for it, such as ``channel_not_found``.
    :param messages: details, each ending in a JSON pointer, as Slack gives them.
    :param status: the HTTP status; the Web API refuses with 200 and ``"ok": false``.
    :param retry_after: seconds to wait before the next call; None when Slack doesn't say.
    """

    def __init__(
        self,
        error: str,
        messages: tuple[str, ...] = (),
        *,
        status: int = 200,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.status = status
        self.retry_after = retry_after

    def body(self) -> dict[str, object]:
        """The JSON that Slack answers."""
        answer: dict[str, object] = {"ok": False, "error": self.error}
        if self.messages:
            answer["errors"] = list(self.messages)
            answer["response_metadata"] = {"messages": [f"[ERROR] {m}" for m in self.messages]}
        return answer

    def headers(self) -> dict[str, str]:
        """The headers of that answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def missing(field: str) -> SlackError:
    """The refusal of a call that lacks a field."""
    return SlackError("invalid_arguments", (f"missing required field: {field}",))
