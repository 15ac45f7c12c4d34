"""The doctor's line about Teams: whether Microsoft knows the bot, and whether a message arrives."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from bizassist.deployment.doctor_assembly import _subject
from bizassist.deployment.doctor_checks import Doctor
from identity.admin.setup_page import Finding

KNOWN = Finding("working", "Microsoft accepts the bot's id and secret.")


class Delivery:
    """What :class:`bots.teams.delivery_check.DeliveryCheck` found out."""

    def __init__(self, found: Finding) -> None:
        self.found = found
        self.asked: list[str] = []

    async def ask(self, subject: str) -> Finding:
        self.asked.append(subject)
        return self.found


def doctor(known: Finding, delivery: Delivery | None, subject: str | None) -> Doctor:
    async def microsoft_teams() -> Finding:
        return known

    unused: Any = None
    return Doctor(
        shared=SimpleNamespace(microsoft_teams=microsoft_teams),  # type: ignore[arg-type]
        deployment=unused,
        public_url="",
        http=unused,
        token=None,
        subject=subject,
        teams_delivery=delivery,  # type: ignore[arg-type]
        pauses=unused,
        dynamodb=unused,
        s3=unused,
        call=unused,
        remedies=unused,
    )


async def test_whoever_signed_in_is_sent_a_message() -> None:
    sent = Delivery(Finding("working", "a message was sent"))
    found = await doctor(KNOWN, sent, "alice").microsoft_teams()
    assert found == Finding(
        "working", "Microsoft accepts the bot's id and secret; a message was sent."
    )
    assert sent.asked == ["alice"]


async def test_a_message_that_teams_refuses_is_what_is_told() -> None:
    refused = Finding("broken", "Teams refuses the bot.")
    assert await doctor(KNOWN, Delivery(refused), "alice").microsoft_teams() == refused


@pytest.mark.parametrize(
    ("known", "subject"),
    [(KNOWN, None), (Finding("broken", "Microsoft refuses."), "alice")],
)
async def test_nothing_is_sent_without_a_person_or_a_bot(
    known: Finding, subject: str | None
) -> None:
    delivery = Delivery(KNOWN)
    found = await doctor(known, delivery, subject).microsoft_teams()
    assert found.state == known.state
    assert ("--sign-in sends one to yourself" in found.sentence) is (known == KNOWN)
    assert delivery.asked == []


def test_the_person_is_who_the_token_says() -> None:
    part = base64.urlsafe_b64encode(json.dumps({"sub": "alice"}).encode()).decode().rstrip("=")
    assert _subject(f"x.{part}.y") == "alice"
    for none in (None, "", "x", "x.%.y", "x.W10.y"):
        assert _subject(none) is None
