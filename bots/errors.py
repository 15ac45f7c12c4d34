"""What can go wrong in the chat service, what people are told of it, and whether to try again.

::

    BotError
    ├── TurnError                    between a question and its answer
    │   ├── TryAgain                    later: the inbox delivers the turn again, nothing is lost
    │   │   ├── RuntimeUnavailable         the runtime doesn't answer, or broke off
    │   │   ├── RunUnavailable             the agent can't answer now, and says why
    │   │   └── FilesUnavailable           the bucket of files doesn't answer
    │   ├── Superseded                  another attempt has the turn: this one says nothing more
    │   ├── GivenUp                     it was tried for long enough: only an apology follows
    │   └── TurnRefused                 never: the turn ends with the sentence
    │       ├── TokenRefused               the runtime doesn't accept the person's token
    │       ├── AccessEnded                the person has left while they were answered
    │       ├── QuestionRefused            the runtime doesn't take the question
    │       │   └── QuestionTooLong           it, or what came with it, is too long
    │       └── NoPrivateChat              the platform doesn't let us write to the asker alone
    ├── StopFailed                   later: the runtime couldn't be told to stop
    ├── PlatformError                a platform did not do what we asked
    │   ├── PlatformUnavailable         passing: later, or after the seconds that it asks for
    │   └── PlatformRefused             it said no, and would say so again
    │       ├── FormRefused                this form: the same words may pass in another one
    │       │   ├── MessageGone               the message can't be edited any more
    │       │   ├── MessageTooLong            it may pass in smaller pieces
    │       │   ├── StreamOver                it can't be streamed any more; an edit may pass
    │       │   │   └── StreamStopped            its asker has pressed Stop
    │       │   └── ResponseUrlClosed         the address of a command takes nothing more
    │       ├── DeliveryRefused            never: nothing of ours is taken at this place
    │       └── InstallationRefused        the installation's: an administrator has to act
    └── RequestRefused               a platform's edge answers with a status and the sentence
        ├── MalformedRequest            400: not what the platform sends
        ├── UnauthenticatedRequest      401: nothing proves that the platform sent it
        ├── ForbiddenRequest            403: verified, but not from where we work
        ├── RequestTooSlow              408: its body doesn't come
        ├── ConversationDeleted         410: its person has deleted what is spoken of
        ├── RequestTooLarge             413
        ├── UnreadableBody              415: compressed, or not written in UTF-8
        ├── TooManyRequests             429: of one address, from whomever
        ├── Overloaded                  503: too many strangers at once
        ├── SigningKeysUnavailable      503: the platform's keys can't be fetched; it sends again
        ├── NotStopped                  503: the runtime couldn't be told; the platform sends again
        └── InboxUnavailable            503: the queue takes nothing; the platform sends again

``str(error)`` is for the log; ``error.sentence`` is for people; ``error.again`` says whether
trying again can help. Each adapter decides in one table which of a platform's errors it was.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Never:
    """Trying again can't help."""


@dataclass(frozen=True, slots=True)
class Later:
    """Trying again may help."""


@dataclass(frozen=True, slots=True)
class After:
    """Trying again may help after so many seconds."""

    seconds: float


Again = Never | Later | After


class BotError(Exception):
    """The root of the tree.

    :param reason: for the log; the sentence where none is given.
    :param sentence: what people are told, where the kind's own sentence is too general.
    :cvar code: names the kind of error, for logs and lists.
    :ivar again: whether trying again can help.
    """

    code: ClassVar[str] = "failed"
    sentence: str = "Something went wrong on our side. Please ask again."
    again: Again = Never()

    def __init__(self, reason: str = "", *, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(reason or self.sentence)


class TurnError(BotError):
    """A turn can't be answered, at this moment or at all."""

    code = "turn_failed"


class TryAgain(TurnError):
    """The turn stays in the inbox and is delivered again."""

    code = "try_again"
    sentence = "Something went wrong on our side. I'm trying again in a moment."
    again: Again = Later()


class RuntimeUnavailable(TryAgain):
    """The runtime refuses connections, answers with a server error or throttles, or broke off.

    :param after: seconds that it asks us to wait, when it says so.
    """

    code = "runtime_unavailable"
    sentence = "The assistant can't be reached right now. I'm trying again in a moment."

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        if after is not None:
            self.again = After(after)


class RunUnavailable(TryAgain):
    """The agent ended its run for a reason that passes: its model is busy, or another run is."""

    code = "run_unavailable"
    sentence = "I have too much to do at this moment. I'm trying again."


class FilesUnavailable(TryAgain):
    """The files of a question can't be read at this moment."""

    code = "files_unavailable"


CAUSES = {
    RuntimeUnavailable.code: "the assistant was unavailable",
    RunUnavailable.code: "the assistant had too much to do",
    FilesUnavailable.code: "your files couldn't be read",
    TryAgain.code: "something went wrong on our side",
    "installation_refused": "this workspace didn't let me answer",
}
"""What is told, in the end, of what an answer was held up by."""


class Superseded(TurnError):
    """Another attempt at the same turn has begun since; whoever reads this leaves it alone."""

    code = "superseded"


class GivenUp(TurnError):
    """The inbox has given the turn up before; the event goes where it is apologised for."""

    code = "given_up"


class TurnRefused(TurnError):
    """The turn ends with its sentence."""

    code = "turn_refused"


class TokenRefused(TurnRefused):
    """The runtime's authorizer doesn't let this person in."""

    code = "token_refused"
    sentence = (
        "Your account may not use the assistant yet. Ask your administrator to add you to it."
    )


class AccessEnded(TurnRefused):
    """The person was disabled or deleted while they were answered."""

    code = "access_ended"
    sentence = (
        "Your access has ended, so I stopped this answer. Please ask your administrator about it."
    )


class QuestionRefused(TurnRefused):
    """The runtime doesn't take the question: 400, or another refusal that would come again."""

    code = "question_refused"
    sentence = "I can't work with this question. Please ask it in other words."


class QuestionTooLong(QuestionRefused):
    """The question, or what came with it, is longer than what can be asked at once: 413."""

    code = "question_too_long"
    sentence = (
        "Your question is too long for me. Please ask it in less than 16,000 characters, "
        "with fewer or smaller files."
    )


class NoPrivateChat(TurnRefused):
    """The platform doesn't let us write to the asker alone: they don't have the bot installed."""

    code = "no_private_chat"
    sentence = "I have no private chat with you yet: open a chat with me and ask there."


class StopFailed(BotError):
    """The runtime couldn't be told to stop."""

    code = "stop_failed"
    sentence = "The answer couldn't be stopped right now. Please try again in a moment."
    again = Later()


class PlatformError(BotError):
    """The root of what a call to a platform ends in; no error of an SDK crosses an adapter."""

    code = "platform_failed"


class PlatformUnavailable(PlatformError):
    """The platform throttles, fails, or doesn't answer in time.

    :param after: seconds that it asks us to wait, when it says so.
    :param taken: whether it may have done what we asked all the same.
    """

    code = "platform_unavailable"
    sentence = "Something went wrong on our side. I'm trying again in a moment."

    def __init__(self, reason: str, *, after: float | None = None, taken: bool = False) -> None:
        super().__init__(reason)
        self.again = Later() if after is None else After(after)
        self.taken = taken


class PlatformRefused(PlatformError):
    """The platform said no: the same call would be refused again."""

    code = "platform_refused"


class FormRefused(PlatformRefused):
    """The platform doesn't take the message in this form; another may pass."""

    code = "form_refused"


class MessageGone(FormRefused):
    """The message can't be edited any more: a person deleted it, or the platform closed it."""

    code = "message_gone"


class MessageTooLong(FormRefused):
    """The platform doesn't take as much in one message."""

    code = "message_too_long"


class StreamOver(FormRefused):
    """The platform doesn't let the message be streamed, or not any more; it may be edited."""

    code = "stream_over"


class StreamStopped(StreamOver):
    """The asker has pressed the platform's own Stop while the answer was streamed."""

    code = "stream_stopped"


class ResponseUrlClosed(FormRefused):
    """Nothing more is taken at the address that came with a command."""

    code = "response_url_closed"


class DeliveryRefused(PlatformRefused):
    """The platform takes nothing of ours at this place."""

    code = "delivery_refused"
    sentence = "I can't answer where you asked. Please ask me in a direct message."


class InstallationRefused(PlatformRefused):
    """The platform doesn't accept the bot's token, or has switched the app off.

    :param word: the platform's own, for administrators.
    """

    code = "installation_refused"
    sentence = "I'm not set up correctly here. Please tell your administrator."

    def __init__(self, reason: str = "", *, word: str = "") -> None:
        super().__init__(reason)
        self.word = word or str(self)


class RequestRefused(BotError):
    """The root of what an edge answers; the sentence is the body (:mod:`bots.edge`).

    :cvar status: the HTTP status.
    """

    code = "request_refused"
    sentence = "The request is not taken."
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN


class MalformedRequest(RequestRefused):
    """What arrived is not what the platform sends."""

    code = "malformed_request"
    status = HTTPStatus.BAD_REQUEST


class UnauthenticatedRequest(RequestRefused):
    """Nothing proves that the platform sent it to us."""

    code = "unauthenticated_request"
    status = HTTPStatus.UNAUTHORIZED


class ForbiddenRequest(RequestRefused):
    """It comes from another tenant, channel or service than those we work for."""

    code = "forbidden_request"


class ConversationDeleted(RequestRefused):
    """Its person has deleted the conversation that is spoken of."""

    code = "conversation_deleted"
    sentence = "This conversation is deleted. Please begin a new one."
    status = HTTPStatus.GONE


class RequestTooLarge(RequestRefused):
    """Its body is longer than its route takes."""

    code = "request_too_large"
    sentence = "The request is too large."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class RequestTooSlow(RequestRefused):
    """Its body has not come in time."""

    code = "request_too_slow"
    sentence = "The request took too long to arrive. Please try again."
    status = HTTPStatus.REQUEST_TIMEOUT


class UnreadableBody(RequestRefused):
    """Its body is compressed, of another kind or in another character set than we read."""

    code = "unreadable_body"
    sentence = "The request is written in a form that can't be read here."
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class TooManyRequests(RequestRefused):
    """More of one address than its people make, whoever they are."""

    code = "too_many_requests"
    sentence = "Too many requests from your network. Please wait a minute and try again."
    status = HTTPStatus.TOO_MANY_REQUESTS
    again = After(60)


class Overloaded(RequestRefused):
    """More requests of unknown senders than we hold at once."""

    code = "overloaded"
    sentence = "There is too much to do right now. Please try again in a moment."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    again = After(5)


class SigningKeysUnavailable(RequestRefused):
    """The platform's signing keys can't be had at this moment."""

    code = "signing_keys_unavailable"
    sentence = "I can't check tokens right now."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    again = Later()


class NotStopped(RequestRefused):
    """The runtime could not be told to stop; the platform should send it again."""

    code = "not_stopped"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = StopFailed.sentence
    again = Later()


class InboxUnavailable(RequestRefused):
    """The queue did not take what was put; the platform should send it again."""

    code = "inbox_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = "I can't take questions right now. Please try again in a minute."
    again = Later()


def reason(error: BaseException) -> str:
    """What the log says of ``error``: our own words, or its type and place.

    The text of an error that isn't ours may quote a person or a secret, so it stays out.
    """
    if isinstance(error, BotError):
        return str(error)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return type(error).__name__
    return f"{type(error).__name__} at {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
