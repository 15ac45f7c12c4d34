"""Where the company's policies lie: a bucket, or a folder for who runs the agent alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from agent.errors import PolicyStorageError

CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"max_attempts": 3})
KINDS = frozenset({".md", ".markdown", ".pdf"})
MOST_BYTES = 20 * 1024 * 1024
INDEX, REPORT = ".index/policies.zip", ".index/report.json"
"""Beside the documents: the index of all of them, and what came of making it."""
MOST_INDEX_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """One document as a listing names it.

    :param version: changes whenever the content does.
    :param size: in bytes.
    """

    name: str
    version: str
    size: int


class DocumentStorage(Protocol):
    """A place of documents; its calls block.

    All raise :class:`PolicyStorageError`.
    """

    def listed(self) -> list[ListedDocument]:
        """Every document of a kind that can be read, in the order of their names, and the index."""

    def read(self, name: str) -> bytes:
        """One document's content, of which no more is read than :data:`MOST_BYTES`."""

    def read_index(self) -> bytes:
        """The index of the documents, where :meth:`listed` names one."""

    def close(self) -> None:
        """Close what connections there are; the next call opens others."""


def split_index(listed: Sequence[ListedDocument]) -> tuple[list[ListedDocument], str]:
    """The documents of a listing, and the version of the index among them; empty for none."""
    tags = [entry.version for entry in listed if entry.name == INDEX]
    return [entry for entry in listed if entry.name != INDEX], "".join(tags)


class Folder:
    """A folder and those in it; links that lead out of it are passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()

    def listed(self) -> list[ListedDocument]:
        """Documents by their paths below the folder; the version is time and size."""
        if not self._path.is_dir():
            raise PolicyStorageError(detail="the folder is gone")
        try:
            files = [path for path in self._path.rglob("*") if self._is_document(path)]
            return sorted((self._listed(path) for path in files), key=lambda listed: listed.name)
        except OSError as error:
            raise PolicyStorageError(detail=type(error).__name__) from error

    def read(self, name: str) -> bytes:
        """The file's bytes."""
        try:
            with (self._path / name).open("rb") as file:
                return file.read(MOST_BYTES)
        except OSError as error:
            raise PolicyStorageError(detail=type(error).__name__) from error

    def read_index(self) -> bytes:
        """There is none: a folder is for who runs the agent alone."""
        raise PolicyStorageError(detail="a folder has no index")

    def close(self) -> None:
        """Nothing is open."""

    def _is_document(self, path: Path) -> bool:
        inside = path.resolve().is_relative_to(self._path)
        return inside and path.suffix.lower() in KINDS and path.is_file()

    def _listed(self, path: Path) -> ListedDocument:
        about = path.stat()
        name = path.relative_to(self._path).as_posix()
        return ListedDocument(name, f"{about.st_mtime_ns}-{about.st_size}", about.st_size)


class Bucket:
    """A bucket of S3, read with the agent's own role."""

    def __init__(self, name: str, session: boto3.Session) -> None:
        self._name = name
        self._s3 = session.client("s3", config=CONFIG)

    def listed(self) -> list[ListedDocument]:
        """Documents by their keys; the version is the ETag (ListObjectsV2)."""
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name)
            return [
                ListedDocument(entry["Key"], entry["ETag"], entry["Size"])
                for page in pages
                for entry in page.get("Contents", ())
                if entry["Key"] == INDEX or Path(entry["Key"]).suffix.lower() in KINDS
            ]
        except (BotoCoreError, ClientError) as error:
            raise PolicyStorageError(detail=type(error).__name__) from error

    def read(self, name: str) -> bytes:
        """The object's bytes (GetObject)."""
        return self._get(name, MOST_BYTES)

    def read_index(self) -> bytes:
        """The index's bytes (GetObject)."""
        return self._get(INDEX, MOST_INDEX_BYTES)

    def write_index(self, content: bytes) -> None:
        """Put the index (PutObject)."""
        self._put(INDEX, content)

    def write_report(self, content: bytes) -> None:
        """Put the report (PutObject)."""
        self._put(REPORT, content)

    def close(self) -> None:
        """Close the connections."""
        self._s3.close()

    def _get(self, key: str, most: int) -> bytes:
        try:
            with self._s3.get_object(Bucket=self._name, Key=key)["Body"] as body:
                content: bytes = body.read(most)
                return content
        except (BotoCoreError, ClientError, OSError) as error:
            raise PolicyStorageError(detail=type(error).__name__) from error

    def _put(self, key: str, content: bytes) -> None:
        try:
            self._s3.put_object(Bucket=self._name, Key=key, Body=content)
        except (BotoCoreError, ClientError) as error:
            raise PolicyStorageError(detail=type(error).__name__) from error


def document_storage(folder: Path | None, bucket: str, session: boto3.Session) -> DocumentStorage:
    """The folder where there is one, else the bucket."""
    return Folder(folder) if folder else Bucket(bucket, session)
