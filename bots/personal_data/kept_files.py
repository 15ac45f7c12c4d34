"""The files of one owner in the bucket: listed, read, and deleted with all their versions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bots.personal_data.owner import Owner
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The bucket of uploads."""

    s3: "S3Client"
    call: Executor
    bucket: str

    async def of(self, owner: Owner) -> AsyncIterator[str]:
        """The keys of ``owner``'s files that are there now (ListObjectsV2).

        :raises botocore.exceptions.ClientError: when the bucket can't be listed.
        """
        for prefix in owner.prefixes:
            more: dict[str, Any] = {}
            while True:
                page = await self.call(
                    self.s3.list_objects_v2, Bucket=self.bucket, Prefix=prefix, **more
                )
                for one in page.get("Contents", ()):
                    yield one["Key"]
                if not page.get("IsTruncated"):
                    break
                more = {"ContinuationToken": page["NextContinuationToken"]}

    async def read(self, key: str) -> bytes:
        """A file's content.

        :raises botocore.exceptions.ClientError: when it can't be read.
        """
        return await self.call(self._content, key)

    async def erase(self, owner: Owner) -> int:
        """Delete every version of every file, those deleted before included; how many.

        :raises botocore.exceptions.ClientError: when one can't be deleted.
        """
        erased = 0
        for prefix in owner.prefixes:
            while True:
                page = await self.call(
                    self.s3.list_object_versions, Bucket=self.bucket, Prefix=prefix
                )
                listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                for one in listed:
                    await self.call(
                        self.s3.delete_object,
                        Bucket=self.bucket,
                        Key=one["Key"],
                        VersionId=one["VersionId"],
                    )
                    erased += 1
                if not listed:
                    break
        return erased

    def _content(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
