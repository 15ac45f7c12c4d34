"""Which provider this process searches with, by its environment."""

import functools
import importlib
import math
import os
from collections.abc import Callable

from gateway_tools.errors import SearchUnavailable
from gateway_tools.search.provider_call import CachedSearch
from gateway_tools.search.provider_interface import Provider, ProviderSettings

PROVIDERS = ("duckduckgo", "agentcore", "brave", "tavily", "searxng")


@functools.cache
def web_search() -> CachedSearch:
    """The process's one search, made when it is first needed.

    :raises SearchUnavailable: when a setting is missing or wrong.
    """
    name = os.environ.get("WEB_SEARCH_PROVIDER", PROVIDERS[0])
    if name not in PROVIDERS:
        raise SearchUnavailable(
            f"WEB_SEARCH_PROVIDER is none of {', '.join(PROVIDERS)}", retry=False
        )
    settings = ProviderSettings(
        address=os.environ.get("WEB_SEARCH_ADDRESS"),
        key=_key,
        seconds=_number("WEB_SEARCH_SECONDS", 8),
    )
    # Only the provider in use is imported: each brings its own library.
    module = importlib.import_module(f"gateway_tools.search.providers.{name}")
    make: Callable[[ProviderSettings], Provider] = module.provider
    return CachedSearch(make(settings), int(_number("WEB_SEARCH_PER_MINUTE", 30)))


def _number(name: str, usual: float) -> float:
    try:
        number = float(os.environ.get(name, usual))
    except ValueError:
        number = 0
    if not 1 <= number < math.inf:
        raise SearchUnavailable(f"{name} is no number from 1", retry=False)
    return number


def _key() -> str:
    """The API key, from the SecureString that WEB_SEARCH_KEY_PARAMETER names."""
    import boto3  # noqa: PLC0415 - only two providers need a key
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    name = os.environ.get("WEB_SEARCH_KEY_PARAMETER")
    if not name:
        raise SearchUnavailable("WEB_SEARCH_KEY_PARAMETER is missing", retry=False)
    try:
        answer = boto3.Session().client("ssm").get_parameter(Name=name, WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise SearchUnavailable(f"the key: {type(error).__name__}", retry=False) from None
    return str(answer["Parameter"]["Value"])
