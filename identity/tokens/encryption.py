"""Refresh tokens at rest: encrypted by KMS, each for one chat user and nobody else."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import LinkExpired, SignInUnavailable
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

UNREADABLE = "InvalidCiphertextException"
"""The context or the ciphertext is wrong. A wrong key is our own mistake, and ends no link."""


class TokenEncryption:
    """Seals and opens refresh tokens (KMS Encrypt takes 4,096 bytes; Cognito's have some 2,000).

    KMS binds each ciphertext to its chat user by the encryption context: moved to another row, it
    can't be opened.
    """

    def __init__(self, kms: "KMSClient", key_id: str, execute: Executor) -> None:
        self._kms = kms
        self._key_id = key_id
        self._execute = execute

    async def encrypt(self, token: str, chat_user: ChatUser) -> bytes:
        """The token, readable for ``chat_user`` only.

        :raises SignInUnavailable: when KMS doesn't answer.
        """
        try:
            answer = await self._execute(
                self._kms.encrypt,
                KeyId=self._key_id,
                Plaintext=token.encode(),
                EncryptionContext=_context(chat_user),
            )
        except (ClientError, BotoCoreError) as error:
            raise SignInUnavailable(f"KMS Encrypt: {type(error).__name__}") from None
        return answer["CiphertextBlob"]

    async def decrypt(self, encrypted_token: bytes, chat_user: ChatUser) -> str:
        """The token that was encrypted for ``chat_user``.

        :raises LinkExpired: when it was encrypted for somebody else, or damaged.
        :raises SignInUnavailable: when KMS doesn't answer.
        """
        try:
            answer = await self._execute(
                self._kms.decrypt,
                KeyId=self._key_id,
                CiphertextBlob=encrypted_token,
                EncryptionContext=_context(chat_user),
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == UNREADABLE:
                raise LinkExpired(f"KMS Decrypt: {code}") from None
            raise SignInUnavailable(f"KMS Decrypt: {code}") from None
        except BotoCoreError as error:
            raise SignInUnavailable(f"KMS Decrypt: {type(error).__name__}") from None
        return answer["Plaintext"].decode()


def _context(chat_user: ChatUser) -> dict[str, str]:
    return {"chat_user": chat_user.key}
