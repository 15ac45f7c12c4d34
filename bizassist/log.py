"""The log of a process: one line a record, no tokens and no tracebacks."""

import logging
import re
from datetime import UTC, datetime

from bots.errors import reason
from bots.trace import trace_id

# They log each call, and whole addresses with it, which may carry codes and keys.
QUIET = ("botocore", "httpcore", "httpcore2", "httpx", "httpx2", "mcp")

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|(?<=Bearer )\S+|xox[a-z]-[\w-]+", re.ASCII)


class OneLine(logging.Formatter):
    """Formats a record as one line; an exception is its type and where it was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, trace: text from outside can't begin a line of its own."""
        shown = "".join(c if c.isprintable() else " " for c in record.getMessage())
        message = TOKEN.sub("[token]", " ".join(shown.split()))
        error = record.exc_info[1] if record.exc_info else None
        cause = f" [{reason(error)}]" if error else ""
        trace = f" trace={found}" if (found := trace_id()) else ""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f"{time} {record.levelname} {record.name} {message}{cause}{trace}"


def set_up() -> None:
    """Send every logger's records to standard error in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
