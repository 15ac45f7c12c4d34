"""What the pool publishes: whose document is believed, and when it is asked for again."""

import pytest

from identity.errors import SignInUnavailable
from tests.identity.clock import Clock
from tests.identity.issuer import Issuer


async def test_another_issuers_document_is_not_believed(issuer: Issuer) -> None:
    issuer.claimed = "https://evil.example/pool"
    async with issuer.oidc() as oidc:
        with pytest.raises(SignInUnavailable):
            await oidc.document()


async def test_a_provider_that_recovers_is_asked_again(issuer: Issuer, clock: Clock) -> None:
    issuer.down = True
    async with issuer.oidc() as oidc:
        with pytest.raises(SignInUnavailable):
            await oidc.document()
        # Whoever comes in the next second doesn't wait for the same time-out.
        assert await oidc.form_targets() == ()
        assert issuer.discovered == 1
        issuer.down = False
        clock.forward(1)
        assert (await oidc.document()).issuer == issuer.claimed
        assert await oidc.form_targets() == (issuer.url,)
