"""Results at rest: encrypted with a data key of KMS, each for one turn and no other."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from identity.executor import Executor
from identity.suspend_aware_clock import monotonic

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NONCE_BYTES = 12
"""Of AES-GCM, drawn by chance (NIST SP 800-38D, 8.3: fine for 2^32 messages of a key)."""
KEY_SECONDS, KEY_RESULTS = 300.0, 100
"""How long, and for how many results, a data key is used (AWS Encryption SDK developer guide, "Data
key caching": as short as the calls that it saves allow)."""
CONTEXT = {"purpose": "results"}
SHARED = b"\xff"
"""How what is encrypted with such a key begins; a length never does."""


@dataclass(slots=True)
class _DataKey:
    """A data key, and how much of it is used."""

    plaintext: bytes = field(repr=False)
    wrapped: bytes
    until: float
    results: int = 0


class ResultEncryption:
    """Envelope encryption (AWS KMS developer guide, "Envelope encryption").

    A result may be longer than the 4,096 bytes that KMS itself encrypts. The turn is authenticated
    with it: moved to another row, a result can't be read.
    """

    def __init__(self, kms: "KMSClient", key_id: str, call: Executor) -> None:
        self._kms = kms
        self._key_id = key_id
        self._call = call
        self._key: _DataKey | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def encrypt(self, plaintext: bytes, turn: str) -> bytes:
        """``ff``, length of the encrypted data key (two bytes), that key, nonce, ciphertext.

        :raises botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: when KMS makes
            no data key; all who wait for the same one are told at once.
        """
        while (key := self._usable_key()) is None:
            await asyncio.shield(self._fetch_under_way())
        key.results += 1
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key.plaintext).encrypt(nonce, plaintext, turn.encode())
        return SHARED + len(key.wrapped).to_bytes(2, "big") + key.wrapped + nonce + sealed

    async def decrypt(self, encrypted: bytes, turn: str) -> bytes:
        """What was encrypted for ``turn``.

        :raises cryptography.exceptions.InvalidTag: when it was encrypted for another turn.
        :raises botocore.exceptions.ClientError: when KMS doesn't decrypt its key.
        """
        # Until lately each result had a key of its own, for its turn.
        context = CONTEXT if encrypted.startswith(SHARED) else {"turn": turn}
        encrypted = encrypted.removeprefix(SHARED)
        end = 2 + int.from_bytes(encrypted[:2], "big")
        key = await self._call(
            self._kms.decrypt,
            KeyId=self._key_id,
            CiphertextBlob=encrypted[2:end],
            EncryptionContext=context,
        )
        nonce = encrypted[end : end + NONCE_BYTES]
        return AESGCM(key["Plaintext"]).decrypt(
            nonce, encrypted[end + NONCE_BYTES :], turn.encode()
        )

    def _usable_key(self) -> _DataKey | None:
        key = self._key
        return key if key and key.results < KEY_RESULTS and monotonic() < key.until else None

    def _fetch_under_way(self) -> asyncio.Task[None]:
        """The one fetch that all wait for; one of them giving up doesn't end it."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        return self._fetching

    def _fetched(self, task: asyncio.Task[None]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody waiting is no fault to report

    async def _fetch(self) -> None:
        made = await self._call(
            self._kms.generate_data_key,
            KeyId=self._key_id,
            KeySpec="AES_256",
            EncryptionContext=CONTEXT,
        )
        until = monotonic() + KEY_SECONDS
        self._key = _DataKey(made["Plaintext"], made["CiphertextBlob"], until)
