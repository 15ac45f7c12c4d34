"""The log: one line a record, no tokens and no tracebacks."""

import logging
from datetime import UTC, datetime

from agent.telemetry.log_redaction import one_line
from agent.telemetry.trace import trace_id

QUIET = {
    "ag_ui_strands": logging.WARNING,
    "botocore": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "httpx2": logging.WARNING,
    "mcp": logging.WARNING,
    # It warns in each run that async mode needs async calls; the agent makes no others.
    "bedrock_agentcore.memory.integrations.strands.session_manager": logging.ERROR,
}


class OneLineFormatter(logging.Formatter):
    """Formats a record as one line; an exception is its type and where it was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the trace that it belongs to."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = one_line(record.getMessage())
        return f"{time} {record.levelname} {record.name} {message}{_raised_at(record)}{_trace()}"


def set_up() -> None:
    """Send every logger's records to standard error in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


def _trace() -> str:
    trace = trace_id()
    return f" trace={trace}" if trace else ""


def _raised_at(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    error, trace = record.exc_info[1], record.exc_info[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f" [{type(error).__name__}{place}]"
