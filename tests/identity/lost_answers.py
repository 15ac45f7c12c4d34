"""A table whose answers get lost: the write has happened, and its client sends it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError


@contextmanager
def lost_answers(client: Any, operation: str) -> Iterator[list[str]]:
    """Lose the first answer of each such call; what was lost."""
    lost: list[str] = []
    session = client._endpoint.http_session
    send = session.send

    def sent(request: Any) -> Any:
        answer = send(request)
        target = request.headers["X-Amz-Target"]
        target = target.decode() if isinstance(target, bytes) else target
        # An attempt that is sent again carries the number of attempts before it.
        again = "attempt=1" not in str(request.headers.get("amz-sdk-request", "attempt=1"))
        if target.endswith(f".{operation}") and not again:
            lost.append(operation)
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "send", sent)
        yield lost
