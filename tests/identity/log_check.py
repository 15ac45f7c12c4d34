"""Sees what is logged, so that no secret ever is."""

import logging
import re

TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}")


class LogCheck(logging.Handler):
    """Sees everything that is logged, and fails the test in which a secret was."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.secrets: set[str] = set()
        self.leaks: list[str] = []
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = logging.Formatter().format(record)
        self.lines.append(line)
        if TOKEN.search(line) or any(secret in line for secret in self.secrets):
            self.leaks.append(f"{record.name} at {record.pathname}:{record.lineno}")
