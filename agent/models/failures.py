"""Why a model gave no answer, told from what its client raised; no provider is imported for it."""

from collections.abc import Iterator
from typing import Any

from strands.hooks import HookProvider, HookRegistry
from strands.hooks.events import AfterModelCallEvent
from strands.types.exceptions import ContextWindowOverflowException, ModelThrottledException

BUSY = frozenset({429, 503, 529})
REFUSED = frozenset({401, 403})
UNKNOWN = 404
AWS_REFUSES = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    }
)
AWS_IS_BUSY = frozenset(
    {"ModelNotReadyException", "ServiceUnavailableException", "ThrottlingException"}
)
LOST = (
    "APIConnectionError", "APITimeoutError", "ConnectError", "ConnectTimeout",
    "ConnectTimeoutError", "ConnectionError", "EndpointConnectionError", "ReadError", "ReadTimeout",
    "ReadTimeoutError", "RemoteProtocolError",
)  # fmt: skip
"""What the clients of botocore, httpx, Anthropic and OpenAI call a connection that fails."""


class ModelFailure(HookProvider):
    """Notes why the last model call of a run failed.

    :ivar code: a code of :mod:`agent.errors`; None while nothing failed.
    """

    def __init__(self) -> None:
        self.code: str | None = None

    def register_hooks(self, registry: HookRegistry, **_: Any) -> None:
        """Be told of each model call once it is over."""
        registry.add_callback(AfterModelCallEvent, self._called)

    def _called(self, event: AfterModelCallEvent) -> None:
        self.code = code_of(event.exception) if event.exception else None


def code_of(error: BaseException) -> str | None:
    """The kind of a failure, by the first exception of those that led to it that tells one."""
    chain = list(_chain(error))
    if any(isinstance(each, ContextWindowOverflowException) for each in chain):
        return "TOO_LONG"
    if any(isinstance(each, ModelThrottledException) for each in chain):
        return "MODEL_BUSY"
    found = (_status_code(each) or _aws_code(each) or _lost(each) for each in chain)
    return next((code for code in found if code), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status_code(error: BaseException) -> str | None:
    """By the HTTP status, which Anthropic's, OpenAI's and Ollama's exceptions carry."""
    status = getattr(error, "status_code", None)
    if status in REFUSED:
        return "MODEL_REFUSED"
    if status in BUSY:
        return "MODEL_BUSY"
    return "MODEL_UNKNOWN" if status == UNKNOWN else None


def _aws_code(error: BaseException) -> str | None:
    """By the error code, which botocore's ClientError carries."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    if code in AWS_REFUSES:
        return "MODEL_REFUSED"
    if code in AWS_IS_BUSY:
        return "MODEL_BUSY"
    return "MODEL_UNKNOWN" if code == "ResourceNotFoundException" else None


def _lost(error: BaseException) -> str | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    return "MODEL_UNREACHABLE" if names & set(LOST) or isinstance(error, TimeoutError) else None
