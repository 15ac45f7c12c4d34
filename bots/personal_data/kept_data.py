"""Everything of one owner outside of memory: the rows of the tables and the files of the bucket."""

from collections.abc import Mapping
from dataclasses import dataclass

from bots.personal_data.kept_files import KeptFiles
from bots.personal_data.kept_rows import KeptRows
from bots.personal_data.owner import Owner
from bots.personal_data.role import PersonalDataRole
from identity.executor import Executor

BEING_ERASED = "forgetting_table"
"""The rows here say who is being erased, so they go last, and by :mod:`.erasure` alone."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where things are.

    :param tables: the name of each table, by the name of its parameter.
    """

    role: PersonalDataRole
    call: Executor
    tables: Mapping[str, str]
    bucket: str

    async def open(self) -> "KeptData":
        """The stores, as the role may read and change them for an hour.

        :raises botocore.exceptions.ClientError: when the role can't be assumed.
        """
        clients = await self.role.clients()
        return KeptData(
            KeptRows(clients.dynamodb, self.call, self.tables),
            KeptFiles(clients.s3, self.call, self.bucket),
        )


@dataclass(frozen=True, slots=True)
class KeptData:
    """The stores while they are open."""

    rows: KeptRows
    files: KeptFiles

    async def erase(self, owner: Owner) -> int:
        """Delete every row and every file of ``owner``; how many.

        :raises botocore.exceptions.ClientError: when one can't be found or deleted.
        """
        found = [one async for one in self.rows.of(owner)]
        going = [(table, row) for table, row in found if table != BEING_ERASED]
        for table, row in going:
            await self.rows.delete(table, row)
        return len(going) + await self.files.erase(owner)

    async def erase_mark(self, key: str) -> None:
        """Delete a row of those that say who is being forgotten and erased.

        :raises botocore.exceptions.ClientError: when it can't be deleted.
        """
        await self.rows.delete(BEING_ERASED, {"subject": {"S": key}})
