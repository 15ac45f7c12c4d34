"""Results at rest: encrypted with a data key of KMS, each for one turn and no other."""

import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NONCE_BYTES = 12
"""Of AES-GCM (NIST SP 800-38D, 5.2.1.1); each data key encrypts once."""


class ResultEncryption:
    """Envelope encryption (AWS KMS developer guide, "Envelope encryption").

    A result may be longer than the 4,096 bytes that KMS itself encrypts. The turn is the encryption
    context: moved to another row, a result can't be read.
    """

    def __init__(self, kms: "KMSClient", key_id: str, call: Executor) -> None:
        self._kms = kms
        self._key_id = key_id
        self._call = call

    async def encrypt(self, plaintext: bytes, turn: str) -> bytes:
        """Length of the encrypted data key (two bytes), that key, the nonce, the ciphertext."""
        key = await self._call(
            self._kms.generate_data_key,
            KeyId=self._key_id,
            KeySpec="AES_256",
            EncryptionContext={"turn": turn},
        )
        nonce, wrapped = os.urandom(NONCE_BYTES), key["CiphertextBlob"]
        sealed = AESGCM(key["Plaintext"]).encrypt(nonce, plaintext, turn.encode())
        return len(wrapped).to_bytes(2, "big") + wrapped + nonce + sealed

    async def decrypt(self, encrypted: bytes, turn: str) -> bytes:
        """What was encrypted for ``turn``.

        :raises botocore.exceptions.ClientError: when it was encrypted for another turn.
        """
        end = 2 + int.from_bytes(encrypted[:2], "big")
        key = await self._call(
            self._kms.decrypt,
            KeyId=self._key_id,
            CiphertextBlob=encrypted[2:end],
            EncryptionContext={"turn": turn},
        )
        nonce = encrypted[end : end + NONCE_BYTES]
        return AESGCM(key["Plaintext"]).decrypt(
            nonce, encrypted[end + NONCE_BYTES :], turn.encode()
        )
