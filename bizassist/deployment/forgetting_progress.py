"""How far forgetting is, as the command line tells it."""

import asyncio

import boto3

from bizassist.settings.parameters import Parameters
from identity.executor import Executor
from identity.memory.forgetting_table import ForgettingJob, ForgettingTable


def forgetting_progress(session: boto3.Session, deployed: Parameters) -> list[dict[str, str]]:
    """Everybody who asked in the last month, the latest first.

    :raises botocore.exceptions.ClientError: when the table can't be read.
    """
    call = Executor(1)
    try:
        table = ForgettingTable(session.client("dynamodb"), deployed.forgetting_table, call)
        return [_row(job) for job in asyncio.run(table.everybody())]
    finally:
        call.close()


def _row(job: ForgettingJob) -> dict[str, str]:
    return {
        "account": job.account,
        "asked": job.asked_at.isoformat(timespec="minutes"),
        "state": job.state,
        "events": str(job.progress.events),
        "records": str(job.progress.records),
        "found": str(job.progress.found),
        "problem": job.problem,
    }
