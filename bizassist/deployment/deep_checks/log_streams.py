"""Looks whether the agent's log group goes on to be written to, under its retention."""

import time
from typing import Any

from botocore.exceptions import ClientError

from identity.admin.setup_page import Finding
from identity.executor import Executor

RECENT_SECONDS = 1_800
"""A stream is counted with some delay (DescribeLogStreams: lastEventTimestamp is eventual)."""


class AgentLog:
    """The log group that AgentCore makes itself, once the agent was asked something.

    :param logs: a client of CloudWatch Logs.
    :param group: its name; None where the agent logs elsewhere.
    """

    def __init__(self, logs: Any, group: str | None, call: Executor) -> None:
        self._logs = logs
        self._group = group
        self._call = call

    async def ask(self) -> Finding:
        """Whether new streams arrive, and end."""
        if self._group is None:
            return Finding("absent", "Not asked: the local agent logs into a file.")
        return await self._call(self._asked, self._group)

    def _asked(self, group: str) -> Finding:
        try:
            newest = self._logs.describe_log_streams(
                logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
            )["logStreams"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return Finding("broken", f"{group} isn't there: ask a question, then deploy again.")
        kept = self._logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        days = next((one.get("retentionInDays") for one in kept), None)
        if not days:
            return Finding("broken", f"{group} is kept for ever: deploy again.")
        if not newest:
            return Finding("broken", f"{group} has no stream: the agent's role may not write it.")
        stream = newest[0]
        last = max(stream.get(part, 0) for part in ("lastIngestionTime", "creationTime")) / 1000
        age = time.time() - last
        if age > RECENT_SECONDS:
            return Finding("broken", f"Its newest stream is {age / 60:.0f} minutes old.")
        return Finding("working", f"New streams arrive, and are kept for {days} days.")
