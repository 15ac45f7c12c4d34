"""The platforms' secrets of a deployment, where Terraform keeps them."""

import json
import os
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# The keys of each platform's secret, and what the chat service's environment calls them.
SECRETS = {
    "slack": {
        "signing_secret": "SLACK_SIGNING_SECRET",
        "bot_token": "SLACK_BOT_TOKEN",
        "client_id": "SLACK_CLIENT_ID",
        "client_secret": "SLACK_CLIENT_SECRET",
    },
    "teams": {
        "app_id": "MICROSOFT_APP_ID",
        "app_password": "MICROSOFT_APP_PASSWORD",
        "tenant_id": "MICROSOFT_APP_TENANT_ID",
    },
}


def read_platform_secrets(session: boto3.Session, name: str) -> dict[str, str]:
    """The environment that a platform's secrets make; this shell's own go before them.

    A platform whose secret has no value, or may not be read from here, is not in it.

    :param name: of the deployment.
    """
    secrets: Any = session.client("secretsmanager")
    found: dict[str, str] = {}
    for platform, variables in SECRETS.items():
        if any(os.environ.get(variable) for variable in variables.values()):
            continue
        try:
            value = secrets.get_secret_value(SecretId=f"{name}/{platform}")["SecretString"]
            kept = json.loads(value)
        except (BotoCoreError, ClientError, KeyError, ValueError):
            continue
        found |= {variables[key]: str(kept[key]) for key in variables if kept.get(key)}
    return found
