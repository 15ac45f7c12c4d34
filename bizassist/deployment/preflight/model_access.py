"""Asks Bedrock whether the model is there, open to this account, and not about to end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from bizassist.errors import CommandError

BEDROCK = "bedrock:"
PROFILES = ("us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "global.")
ABSENT = frozenset({"ResourceNotFoundException", "ValidationException"})
WANTED = {
    "agreement": ("agreementAvailability", "AVAILABLE"),
    "authorization": ("authorizationStatus", "AUTHORIZED"),
    "entitlement": ("entitlementAvailability", "AVAILABLE"),
    "region": ("regionAvailability", "AVAILABLE"),
}


def model_obstacles(bedrock: Any, model: str) -> Iterator[str]:
    """What is to be said of a model, one line each; nothing of other providers' models.

    :param bedrock: a client of Bedrock's control plane in the deployment's region.
    :param model: as Terraform's ``model``, such as ``bedrock:eu.anthropic.claude-sonnet-4-6``.
    :raises CommandError: when the agent couldn't call it.
    """
    if not model.startswith(BEDROCK):
        return
    name = model.removeprefix(BEDROCK)
    try:
        for foundation in _foundations(bedrock, name):
            _open_to_us(bedrock, foundation)
            yield _life(bedrock, foundation)
    except ClientError as error:
        yield f"NOT ASKED whether {name} can be called ({error.response['Error']['Code']})."


def _foundations(bedrock: Any, name: str) -> set[str]:
    """The models behind a name: those of an inference profile, or itself."""
    if not name.startswith(PROFILES):
        return {name}
    try:
        found = bedrock.get_inference_profile(inferenceProfileIdentifier=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
        raise CommandError(f"there is no inference profile {name} in this region") from None
    return {one["modelArn"].rpartition("/")[2] for one in found["models"]}


def _open_to_us(bedrock: Any, model: str) -> None:
    """Access as the account has it (GetFoundationModelAvailability).

    :raises CommandError: with what is missing.
    """
    found = bedrock.get_foundation_model_availability(modelId=model)
    missing = [what for what, (field, good) in WANTED.items() if _word(found[field]) != good]
    if missing:
        raise CommandError(
            f"this account may not call {model} yet ({', '.join(missing)}): fill in the use-case "
            "form and accept the agreement in Bedrock's console, or choose another model"
        )


def _word(value: Any) -> str:
    return str(value["status"] if isinstance(value, dict) else value)


def _life(bedrock: Any, model: str) -> str:
    """How long a model lasts (GetFoundationModel).

    :raises CommandError: when it has ended.
    """
    details = bedrock.get_foundation_model(modelIdentifier=model)["modelDetails"]
    life = details["modelLifecycle"]
    if life["status"] == "ACTIVE":
        return f"{model} is there for this account."
    end = life.get("endOfLifeTime")
    if end and end <= datetime.now(UTC):
        raise CommandError(f"{model} has ended: choose another model")
    when = f"on {end:%Y-%m-%d}" if end else "soon"
    return f"NOT FOR LONG: {model} ends {when}; choose its successor."
