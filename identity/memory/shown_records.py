"""What a person is shown of their memory: nothing that is forgotten, although it may be listed."""

from identity.memory.forgetting_jobs import ForgettingJobs
from identity.memory.recently_forgotten import RecentlyForgotten
from identity.memory.records import MemoryRecord, MemoryRecords, RecordsOfKind


class ShownRecords:
    """The records of one verified subject at a time, without those that are gone or going."""

    def __init__(
        self, records: MemoryRecords, forgetting: ForgettingJobs, recently: RecentlyForgotten
    ) -> None:
        self._records = records
        self._forgetting = forgetting
        self._recently = recently

    async def of(self, subject: str) -> list[RecordsOfKind]:
        """What is remembered about ``subject``, by kind.

        :raises MemoryUnavailable: when the memory can't be read.
        """
        forgetting = await self._forgetting.of(subject)
        gone = await self._recently.of(subject)

        def hidden(record: MemoryRecord) -> bool:
            going = forgetting is not None and forgetting.covers(record.created)
            return going or record.id in gone

        return await self._records.of(subject, hidden)
