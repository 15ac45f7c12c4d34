"""What a tool raises when it can't answer; the handler turns it into something to act on."""


class ToolError(Exception):
    """A tool's refusal, in the words that the model reads.

    :param code: one word for programs, such as ``not_found``.
    :param message: what is the matter, in one plain sentence.
    :param next_step: what to do about it, in one plain sentence.
    :param reason: what the log says besides; nothing that a person typed.
    """

    def __init__(self, code: str, message: str, next_step: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_step = next_step
        self.reason = reason

    def answer(self) -> dict[str, dict[str, str]]:
        """The error as the tool's answer."""
        return {"error": {"code": self.code, "message": self.message, "next_step": self.next_step}}
