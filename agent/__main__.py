"""Serves the agent: ``python -m agent``."""

import sys

from agent.errors import SettingsError
from agent.models import providers as models
from agent.settings import Settings, port
from agent.telemetry import log

STOP_SECONDS = 10


def read_settings() -> Settings:
    """The settings of this moment, with a model that can be had.

    :raises SettingsError: when one is missing or can't be right.
    """
    settings = Settings.load()
    models.check(settings.model_choice)
    return settings


def main() -> None:
    """Read the settings, then serve until told to stop."""
    log.set_up()
    try:
        settings = read_settings()
        chosen = port()
    except SettingsError as error:
        sys.exit(str(error))
    from agent.app import application  # noqa: PLC0415 - what is wrong is said first

    application(settings, read_settings).run(
        port=chosen, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_SECONDS
    )


if __name__ == "__main__":
    main()
