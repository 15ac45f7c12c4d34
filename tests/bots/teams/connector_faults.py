"""How the Bot Connector says no, and what a test makes go wrong."""

import json
from dataclasses import dataclass

from aiohttp import web

# "Status code responses" of
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
CODES = {
    "BadArgument": (400, "Bad argument."),
    "BadSyntax": (400, "Bad format of activity."),
    "BotNotRegistered": (401, "No registration found for this bot."),
    "Unauthorized": (401, "Authorization has been denied for this request."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    # In a chat the person has blocked the bot; in a channel its moderation keeps the bot out.
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "ForbiddenOperationException": (403, "Bot isn't installed in user's personal scope."),
    "MessageEditNotAllowed": (403, "The message can't be edited."),
    "MessageWritesBlocked": (403, "Thread is blocked from message writes."),
    "NotEnoughPermissions": (403, "Not enough permissions to perform the requested action."),
    "ActivityNotFoundInConversation": (404, "The activity was not found in the conversation."),
    "ConversationNotFound": (404, "Conversation not found."),
    "PreconditionFailed": (412, "Precondition failed, please try again."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "Throttled": (429, "Too many requests."),
    "ServiceError": (500, "Service error."),
    "BadGateway": (502, "Service error."),
    "ServiceUnavailable": (503, "Service unavailable."),
    "GatewayTimeout": (504, "Gateway timeout."),
}


def refusal(code: str, *, retry_after: int | None = None, message: str = "") -> web.Response:
    """The answer that goes with ``code``."""
    status, usual = CODES[code]
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body: dict[str, object] = {"error": {"code": code, "message": message or usual}}
    if code == "MessageWritesBlocked":  # this one is wrapped ("Send proactive messages")
        inner = {"subCode": code, "details": usual, "errorCode": None, "errorSubCode": None}
        body = {"errorCode": 209, "message": json.dumps(inner)}
    return web.json_response(body, status=status, headers=headers)


class Refused(Exception):
    """The connector's no, on its way out."""

    def __init__(self, answer: web.Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refuse(code: str, message: str = "") -> Refused:
    """What to raise for ``code``."""
    return Refused(refusal(code, message=message))


@dataclass
class Fault:
    """One way in which calls go wrong.

    :ivar method: POST, PUT, DELETE, OPEN for a new conversation, or ``*``.
    :ivar code: one of :data:`CODES`; empty for a success that says nothing (202, no body).
    :ivar skip: calls that go well first.
    :ivar times: calls that it meets.
    :ivar taken: the connector does what was asked first.
    :ivar broken: the connection ends instead of an answer.
    :ivar delay: seconds before the answer.
    """

    method: str = "*"
    code: str = "ServiceError"
    skip: int = 0
    times: int = 1
    retry_after: int | None = None
    taken: bool = False
    broken: bool = False
    delay: float = 0.0

    def meets(self, method: str) -> bool:
        """Whether this call goes wrong; each call is asked about once."""
        if self.method not in {"*", method} or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True

    def answer(self) -> web.Response:
        """What the call is answered."""
        if not self.code:
            return web.Response(status=202)
        return refusal(self.code, retry_after=self.retry_after)
