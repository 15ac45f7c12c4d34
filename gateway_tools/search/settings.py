"""Which provider this process searches with, by its environment."""

import functools
import importlib
import os
from collections.abc import Callable

from gateway_tools.search.engine import Search
from gateway_tools.search.provider import Provider, SearchDown, Settings

PROVIDERS = ("duckduckgo", "agentcore", "brave", "tavily", "searxng")


@functools.cache
def web_search() -> Search:
    """The process's one search, made when it is first needed.

    :raises SearchDown: when the settings name no provider.
    """
    name = os.environ.get("WEB_SEARCH_PROVIDER", PROVIDERS[0])
    if name not in PROVIDERS:
        raise SearchDown(f"WEB_SEARCH_PROVIDER is none of {', '.join(PROVIDERS)}", retry=False)
    settings = Settings(
        address=os.environ.get("WEB_SEARCH_ADDRESS"),
        key=_key,
        seconds=float(os.environ.get("WEB_SEARCH_SECONDS", "8")),
    )
    # Only the provider in use is imported: each brings its own library.
    module = importlib.import_module(f"gateway_tools.search.{name}")
    make: Callable[[Settings], Provider] = module.provider
    return Search(make(settings), int(os.environ.get("WEB_SEARCH_PER_MINUTE", "30")))


def _key() -> str:
    """The API key, from the SecureString that WEB_SEARCH_KEY_PARAMETER names."""
    import boto3  # noqa: PLC0415 - only two providers need a key
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    name = os.environ.get("WEB_SEARCH_KEY_PARAMETER")
    if not name:
        raise SearchDown("WEB_SEARCH_KEY_PARAMETER is missing", retry=False)
    try:
        answer = boto3.Session().client("ssm").get_parameter(Name=name, WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise SearchDown(f"the key: {type(error).__name__}", retry=False) from None
    return str(answer["Parameter"]["Value"])
