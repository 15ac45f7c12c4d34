"""The one place where errors are shown: as the end of a run, an HTTP response, a tool's result."""

import logging
import uuid
from http import HTTPStatus
from typing import Any

from ag_ui.core import EventType, RunErrorEvent
from starlette.responses import JSONResponse

from agent.errors import RequestError, RunError, ToolError
from agent.telemetry.log_redaction import one_line

logger = logging.getLogger(__name__)


def run_error_event(error: Exception) -> RunErrorEvent:
    """The last event of a failed run: a sentence with an id; what happened stays in the log."""
    if not isinstance(error, RunError):
        error = RunError(detail=f"{type(error).__name__}: {error}")
    problem = uuid.uuid4().hex[:12]
    logger.error("run failed, id %s, %s: %s", problem, error.code, one_line(error.detail))
    sentence = str(error).replace("{id}", problem)
    return RunErrorEvent(type=EventType.RUN_ERROR, message=sentence, code=error.code)


def error_response(error: RequestError) -> JSONResponse:
    """The response to a request that no run begins for: ``{"message": sentence}``."""
    level = logging.ERROR if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    logger.log(level, "refused with %d: %s %s", error.status, error, one_line(error.detail))
    return JSONResponse({"message": str(error)}, status_code=error.status)


def error_result(error: ToolError) -> dict[str, Any]:
    """The result of a tool that failed, as Strands takes it."""
    return {"status": "error", "content": [{"json": error_content(error)}]}


def error_content(error: ToolError) -> dict[str, Any]:
    """``{"error": {"code", "message"}}``, with ``next_step`` where there is one."""
    said = {"code": error.code, "message": str(error)}
    return {"error": said | ({"next_step": error.next_step} if error.next_step else {})}
