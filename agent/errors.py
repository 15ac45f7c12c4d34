"""Every error of the agent: its code, what the person is told, whether trying again can help.

::

    AgentError
    ├── SettingsError                      the agent can't start
    ├── RequestError                       no run begins: the request is answered with a status
    │   ├── InputError                     400
    │   ├── TokenError                     401
    │   │   ├── MissingTokenError          401
    │   │   └── ForbiddenError             403
    │   └── SigningKeysUnavailableError    503
    ├── RunError                           the run ends in RUN_ERROR with its code
    │   ├── SessionBusyError
    │   ├── RunCancelledError
    │   ├── DecisionPendingError
    │   ├── DecisionTakenError
    │   ├── ConversationTooLongError
    │   ├── ModelBusyError
    │   ├── ModelRefusedError
    │   ├── ModelUnreachableError
    │   ├── ModelUnknownError
    │   └── AgentUnavailableError
    ├── ToolError                          a tool's result, which the model tells in its own words
    │   ├── RightsError
    │   ├── DocumentRefusedError
    │   ├── DocumentNotAttachedError
    │   ├── NothingFoundError
    │   ├── ClientAccountsUnavailableError
    │   ├── PoliciesUnavailableError
    │   ├── CallRefusedError
    │   ├── GatewayUnreachableError
    │   └── OutcomeUnknownError
    ├── MemoryUnavailableError             the answer is made without memory and says so
    ├── ForeignMemoryError                 a bug of ours, stopped before the call leaves
    ├── PolicyStorageError                 what was read before is searched; the log has it
    ├── PolicyEmbeddingError               policies are found by their words alone; the log has it
    └── PolicyUnreadableError              one policy is passed over, and a search says so

``PdfError`` stays in ``agent/tools/policies/pdf_pages.py``: that file runs as a program of its own,
without this package, and ends in a :class:`PolicyUnreadableError`.

``str(error)`` may be told to a person; :attr:`AgentError.detail` is for the log alone.
``agent/error_rendering.py`` makes events, responses and tool results of them. Nothing is imported
here but the standard library, since the process that reads a document imports it too.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

Retry = Literal["never", "later"] | timedelta
"""Whether the same again can help: never, at some time, or after a while that is known."""

A_MINUTE = timedelta(minutes=1)
ASK_AGAIN = "Please ask again; if it happens again, tell your administrator this id: {id}."
TELL_ADMINISTRATOR = "Please tell your administrator this id: {id}."


class AgentError(Exception):
    """The root of the tree.

    :param sentence: what the person is told, where the place that raises knows more than the class.
    :param detail: what happened, for the log alone.
    :cvar code: a word for programs.
    :cvar sentence: what the person is told; ``{id}`` stands for the id that is in the log.
    :cvar retry: whether trying again can help.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    sentence: ClassVar[str] = f"Something went wrong while I was answering. {ASK_AGAIN}"
    retry: ClassVar[Retry] = "later"

    def __init__(self, sentence: str = "", *, detail: str = "") -> None:
        self.detail = detail
        super().__init__(sentence or self.sentence)


class SettingsError(AgentError):
    """The agent can't start.

    :param problems: each is one sentence for the person who runs it.
    """

    code = "SETTINGS"
    sentence = "A setting is missing or not valid."
    retry = "never"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problems))


class RequestError(AgentError):
    """A request that is answered before a run begins.

    :cvar status: of the HTTP response.
    """

    status: ClassVar[int] = 400
    retry: ClassVar[Retry] = "never"


class InputError(RequestError):
    """A request that can't be run."""

    code = "INVALID_INPUT"
    sentence = "The request is no question that I can answer."


class TokenError(RequestError):
    """The caller is not who they must be; the sentence is what AWS's authorizer answers."""

    code = "UNAUTHORIZED"
    status = 401
    sentence = "Invalid Bearer token."


class MissingTokenError(TokenError):
    """No bearer token came with the request."""

    sentence = "Missing Authentication Token"


class ForbiddenError(TokenError):
    """The token is good; the person may not use the assistant."""

    code = "FORBIDDEN"
    status = 403
    sentence = "Claim 'cognito:groups' value mismatch with configuration."


class SigningKeysUnavailableError(RequestError):
    """The issuer's keys can't be read, so nobody can be verified."""

    code = "SIGNING_KEYS_UNAVAILABLE"
    status = 503
    sentence = "Sign-ins can't be checked at the moment. Please try again in a minute."
    retry = A_MINUTE


class RunError(AgentError):
    """A run ends without its answer."""


class SessionBusyError(RunError):
    """An earlier run of the session has not ended."""

    code = "BUSY"
    sentence = "I'm still working on your previous question here. Please wait for it to end."


class RunCancelledError(RunError):
    """The person has stopped the run."""

    code = "CANCELLED"
    sentence = "Stopped."


class DecisionPendingError(RunError):
    """A call waits for approval, and something else was sent than the decision."""

    code = "PENDING_INTERRUPTS"
    sentence = "I'm waiting for your decision on the previous question here."


class DecisionTakenError(RunError):
    """A decision came for a call that no longer waits for one."""

    code = "UNKNOWN_INTERRUPT_ID"
    sentence = "That decision was already taken, or it is not open any more."
    retry = "never"


class ConversationTooLongError(RunError):
    """The conversation doesn't fit into what the model reads at once."""

    code = "TOO_LONG"
    sentence = (
        "This conversation has become too long for the AI model. Please begin a new one, "
        "or ask about less at once."
    )
    retry = "never"


class ModelBusyError(RunError):
    """The model's provider throttles, or has no room."""

    code = "MODEL_BUSY"
    sentence = "The AI model has too much to do at the moment. Please ask again in a minute."
    retry = A_MINUTE


class ModelRefusedError(RunError):
    """The model's provider takes neither key nor role."""

    code = "MODEL_REFUSED"
    sentence = (
        "The AI model doesn't let me in: its key or its permission is not right. "
        f"{TELL_ADMINISTRATOR}"
    )
    retry = "never"


class ModelUnreachableError(RunError):
    """The model's provider doesn't answer."""

    code = "MODEL_UNREACHABLE"
    sentence = f"I can't reach the AI model at the moment. {ASK_AGAIN}"


class ModelUnknownError(RunError):
    """The model's provider has no such model."""

    code = "MODEL_UNKNOWN"
    sentence = f"The AI model that is set doesn't exist there. {TELL_ADMINISTRATOR}"
    retry = "never"


class AgentUnavailableError(RunError):
    """What all runs share could not be made."""

    code = "UNAVAILABLE"
    sentence = f"I can't work at the moment. {ASK_AGAIN}"


def run_error_class(code: str | None) -> type[RunError]:
    """The error of a code that ag-ui-strands may end a run with; any other is an internal one."""
    known = (SessionBusyError, DecisionPendingError, DecisionTakenError)
    return next((kind for kind in known if kind.code == code), RunError)


class ToolError(AgentError):
    """A tool can't do what it was called for.

    :ivar next_step: what the person can do instead; empty where the sentence says it.
    """

    next_step = ""

    def __init__(self, sentence: str = "", *, detail: str = "", next_step: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.next_step = next_step or self.next_step


class RightsError(ToolError):
    """The person may not see that."""

    code = "refused"
    sentence = "You don't have the right to see that. An administrator can look it up for you."
    retry = "never"


class DocumentRefusedError(ToolError):
    """A file can't or mustn't be read; the sentence follows the file's name."""

    code = "refused"
    sentence = "can't be read: it is damaged, or built in a way that I don't understand."
    retry = "never"


class DocumentNotAttachedError(ToolError):
    """No attached document has that name; the sentence says which there are."""

    code = "not_found"
    sentence = (
        "No document is attached to this conversation. "
        "Attach one in the web chat and ask again there."
    )
    retry = "later"


class NothingFoundError(ToolError):
    """There is nothing that fits."""

    code = "not_found"
    sentence = "I found nothing that fits that."
    retry = "never"


class ClientAccountsUnavailableError(ToolError):
    """The table of client accounts can't be read."""

    code = "unavailable"
    sentence = "The client accounts can't be read at the moment. Please ask again in a minute."
    retry = A_MINUTE


class PoliciesUnavailableError(ToolError):
    """The policies have never been read."""

    code = "unavailable"
    sentence = "The company's policies can't be read at the moment. Please ask again in a minute."
    retry = A_MINUTE


class CallRefusedError(ToolError):
    """The Gateway answered that it doesn't make such a call; nothing was done."""

    code = "invalid_arguments"
    sentence = "The tool that I need for this didn't take what I gave it."
    next_step = "Please ask again in other words."
    retry = "never"


class GatewayUnreachableError(ToolError):
    """A call of a Gateway tool was lost on the way."""

    code = "unreachable"
    sentence = "I couldn't reach the tool that I need for this."
    next_step = "Please ask again in a minute."
    retry = A_MINUTE


class OutcomeUnknownError(ToolError):
    """A call with effects was begun and cut off, and is not made again."""

    code = "unknown"
    sentence = (
        "I began this and was cut off before I knew what came of it. It may have been done, "
        "and I didn't do it again."
    )
    next_step = "Please check before you ask for it once more."
    retry = "never"


class MemoryUnavailableError(AgentError):
    """Nothing can be remembered for this person now."""

    code = "MEMORY_UNAVAILABLE"
    sentence = "I can't reach your memory at the moment, so I answered without what I know of you."


class ForeignMemoryError(AgentError):
    """A call named another person's memory."""

    code = "FOREIGN_MEMORY"
    sentence = "That memory is not yours, so I left it alone."
    retry = "never"


class PolicyStorageError(AgentError):
    """The place of the policies can't be reached now."""

    code = "POLICY_STORAGE"


class PolicyEmbeddingError(AgentError):
    """The model that finds policies by meaning can't be asked; words alone are looked for."""

    code = "POLICY_EMBEDDING"


class PolicyUnreadableError(AgentError):
    """A policy is passed over; the sentence says why, as the end of another one."""

    code = "POLICY_UNREADABLE"
    sentence = "it is damaged"
    retry = "never"
