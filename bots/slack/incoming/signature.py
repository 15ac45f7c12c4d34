"""Slack's signature: whether a request comes from Slack, and not long ago."""

from collections.abc import Mapping

from slack_sdk.signature import SignatureVerifier

from bots.errors import UnauthenticatedRequest

NOT_SIGNED = "The request is not signed by Slack, or it is too old."


class Signature:
    """Checks requests by the app's signing secret.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return when Slack has signed the request within the last five minutes.

        :raises UnauthenticatedRequest: when it has not.
        """
        try:
            signed = self._verifier.is_valid_request(body, headers)
        except (ValueError, TypeError, OverflowError):
            # A timestamp that is no number or has hundreds of digits, a body that is no UTF-8, a
            # signature that is no ASCII: the verifier does not expect them, and Slack does not
            # send them.
            signed = False
        if not signed:
            raise UnauthenticatedRequest(sentence=NOT_SIGNED)
