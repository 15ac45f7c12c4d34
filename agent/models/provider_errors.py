"""Why a model gave no answer, by what its client raised; no provider is imported for it."""

from collections.abc import Iterator
from typing import Any

from strands.hooks import HookProvider, HookRegistry
from strands.hooks.events import AfterModelCallEvent
from strands.types.exceptions import ContextWindowOverflowException, ModelThrottledException

from agent.errors import (
    ConversationTooLongError,
    ModelBusyError,
    ModelRefusedError,
    ModelUnknownError,
    ModelUnreachableError,
    RunError,
)

Kind = type[RunError]

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
CONNECTION_ERRORS = (
    "APIConnectionError", "APITimeoutError", "ConnectError", "ConnectTimeout",
    "ConnectTimeoutError", "ConnectionError", "EndpointConnectionError", "ReadError", "ReadTimeout",
    "ReadTimeoutError", "RemoteProtocolError",
)  # fmt: skip
"""What the clients of botocore, httpx, Anthropic and OpenAI call a connection that fails."""


class ModelFailure(HookProvider):
    """Notes why the last model call of a run failed.

    :ivar kind: of the error; None while nothing failed, or where nobody knows why.
    """

    def __init__(self) -> None:
        self.kind: Kind | None = None

    def register_hooks(self, registry: HookRegistry, **_: Any) -> None:
        """Be told of each model call once it is over."""
        registry.add_callback(AfterModelCallEvent, self._called)

    def _called(self, event: AfterModelCallEvent) -> None:
        self.kind = kind_of(event.exception) if event.exception else None


def kind_of(error: BaseException) -> Kind | None:
    """The kind of a failure, by the first exception of those that led to it that says one."""
    chain = list(_chain(error))
    if any(isinstance(each, ContextWindowOverflowException) for each in chain):
        return ConversationTooLongError
    if any(isinstance(each, ModelThrottledException) for each in chain):
        return ModelBusyError
    kinds = (_by_status(each) or _by_aws_code(each) or _by_name(each) for each in chain)
    return next((kind for kind in kinds if kind), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _by_status(error: BaseException) -> Kind | None:
    """By the HTTP status, which Anthropic's, OpenAI's and Ollama's exceptions carry."""
    status = getattr(error, "status_code", None)
    if status in REFUSED:
        return ModelRefusedError
    if status in BUSY:
        return ModelBusyError
    return ModelUnknownError if status == UNKNOWN else None


def _by_aws_code(error: BaseException) -> Kind | None:
    """By the error code, which botocore's ClientError carries."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    if code in AWS_REFUSES:
        return ModelRefusedError
    if code in AWS_IS_BUSY:
        return ModelBusyError
    return ModelUnknownError if code == "ResourceNotFoundException" else None


def _by_name(error: BaseException) -> Kind | None:
    names = {each.__name__ for each in type(error).__mro__}
    return (
        ModelUnreachableError
        if names & set(CONNECTION_ERRORS) or isinstance(error, TimeoutError)
        else None
    )
