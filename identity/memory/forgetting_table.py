"""Who is being forgotten, and how far that is: a row a person, gone after a month.

::

    (nothing) --asked--> deleting --nothing was there--> done
                          ^   |
                          |   +--something was there--> checking (again when listings know)
                          +-----------------------------+

A process works on a row while it holds its lease, and writes how far it is; one that dies is
followed when the lease ends.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError

from identity.current_row import current_row
from identity.executor import Executor
from identity.memory.forgetting import LAG, Progress

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

State = Literal["deleting", "checking", "done"]
LEASE = timedelta(seconds=60)
KEEP = timedelta(days=30)
SENT_TWICE = timedelta(seconds=10)
NEW = "attribute_not_exists(subject)"
NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class ForgettingJob:
    """One person who is being forgotten.

    :param account: as the person's account is named, for operators.
    :param asked_at: what is older than this is forgotten.
    :param last_found: when something was deleted last.
    :param due: when to go on.
    :param problem: the word of what stopped it last; empty where nothing did.
    """

    subject: str
    account: str
    asked_at: datetime
    state: State = "deleting"
    progress: Progress = field(default_factory=Progress)
    last_found: datetime = NEVER
    due: datetime = NEVER
    problem: str = ""

    def covers(self, created: datetime) -> bool:
        """Whether a record that was made then is among what is forgotten."""
        return self.state != "done" and created <= self.asked_at + LAG

    def after(self, deleted: int, now: datetime) -> "ForgettingJob":
        """The job after a whole look that has deleted so much.

        It is done when a look finds nothing, and listings know by then all that there was.
        """
        last_found = now if deleted else self.last_found
        if not deleted and now - max(self.asked_at, last_found) >= LAG:
            return replace(self, state="done", problem="")
        due = max(self.asked_at, last_found) + LAG
        return replace(self, state="checking", last_found=last_found, due=due, problem="")


class ForgettingTable:
    """The rows, by subject."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute

    async def ask(self, job: ForgettingJob) -> bool:
        """Begin, or begin anew: whoever is at work on an older row loses it.

        :returns: False when somebody has just begun: a form was sent twice.
        """
        deleting: AttributeValueTypeDef = {"S": "deleting"}
        try:
            await self._execute(
                self._dynamodb.put_item,
                TableName=self._table,
                Item={
                    "subject": {"S": job.subject},
                    "account": {"S": job.account},
                    "asked_at": _seconds(job.asked_at),
                    "expires_at": {"N": str(int((job.asked_at + KEEP).timestamp()))},
                    "lease_until": {"N": "0"},
                    **_item(job),
                },
                ConditionExpression=f"{NEW} OR job_state <> :deleting OR asked_at < :before",
                ExpressionAttributeValues={
                    ":deleting": deleting,
                    ":before": _seconds(job.asked_at - SENT_TWICE),
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    async def of(self, subject: str) -> ForgettingJob | None:
        """The person's row; None where nobody asked, or long ago."""
        row = await current_row(
            self._execute, self._dynamodb, self._table, {"subject": {"S": subject}}
        )
        return _job(row) if row else None

    async def everybody(self) -> list[ForgettingJob]:
        """All rows, the latest first."""
        found = await self._execute(self._scanned)
        return sorted(map(_job, found), key=lambda job: job.asked_at, reverse=True)

    async def claim(self, job: ForgettingJob, owner: str, now: datetime) -> bool:
        """Be the one who works on it for :data:`LEASE`; False when somebody else is."""
        return await self._update(
            job,
            {"owner": {"S": owner}, "lease_until": _seconds(now + LEASE)},
            "asked_at = :asked_at AND lease_until <= :now",
            {":now": _seconds(now)},
        )

    async def note(
        self, job: ForgettingJob, owner: str, now: datetime, *, release: bool = False
    ) -> bool:
        """Write how far it is, and keep the lease or give it back; False when it is lost."""
        until = now if release else now + LEASE
        return await self._update(
            job,
            {"lease_until": _seconds(until), **_item(job)},
            "asked_at = :asked_at AND #owner = :owner",
            {":owner": {"S": owner}},
        )

    def _scanned(self) -> "list[dict[str, AttributeValueTypeDef]]":
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table)
        return [item for page in pages for item in page["Items"] if "job_state" in item]

    async def _update(
        self,
        job: ForgettingJob,
        values: "dict[str, AttributeValueTypeDef]",
        condition: str,
        compared: "dict[str, AttributeValueTypeDef]",
    ) -> bool:
        names = {f"#{name}": name for name in {*values, "owner"}}
        told = {f":new_{name}": value for name, value in values.items()}
        used = {name: of for name, of in names.items() if of in values or name in condition}
        try:
            await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"subject": {"S": job.subject}},
                UpdateExpression="SET " + ", ".join(f"#{name} = :new_{name}" for name in values),
                ConditionExpression=condition,
                ExpressionAttributeNames=used,
                ExpressionAttributeValues={
                    **told,
                    **compared,
                    ":asked_at": _seconds(job.asked_at),
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _item(job: ForgettingJob) -> "dict[str, AttributeValueTypeDef]":
    return {
        "job_state": {"S": job.state},
        "events": {"N": str(job.progress.events)},
        "records": {"N": str(job.progress.records)},
        "found": {"N": str(job.progress.found)},
        "last_found": _seconds(job.last_found),
        "due": _seconds(job.due),
        "problem": {"S": job.problem},
    }


def _job(item: "dict[str, AttributeValueTypeDef]") -> ForgettingJob:
    def number(name: str) -> int:
        return int(item[name]["N"])

    def moment(name: str) -> datetime:
        return datetime.fromtimestamp(float(item[name]["N"]), UTC)

    return ForgettingJob(
        subject=item["subject"]["S"],
        account=item["account"]["S"],
        asked_at=moment("asked_at"),
        state=item["job_state"]["S"],  # type: ignore[arg-type]
        progress=Progress(number("events"), number("records"), number("found")),
        last_found=moment("last_found"),
        due=moment("due"),
        problem=item["problem"]["S"],
    )


def _seconds(moment: datetime) -> "AttributeValueTypeDef":
    return {"N": f"{moment.timestamp():.3f}"}
