"""``python -m bizassist.local.slack``: the double on 127.0.0.1, set up by its environment."""

import os
import sys

from aiohttp import web

from bizassist import log
from bizassist.local.slack.server import Settings, application

HOST = "127.0.0.1"
NEEDED = ("PORT", "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "BIZASSIST_PUBLIC_URL")


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    absent = [name for name in NEEDED if not os.environ.get(name)]
    if absent:
        sys.exit(f"The Slack double needs {', '.join(absent)} in its environment.")
    log.set_up()
    port = int(os.environ["PORT"])
    settings = Settings(
        own_url=f"http://{HOST}:{port}",
        public_url=os.environ["BIZASSIST_PUBLIC_URL"],
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        bot_token=os.environ["SLACK_BOT_TOKEN"],
        app_token=os.environ.get("SLACK_APP_TOKEN", ""),
        client_id=os.environ.get("SLACK_CLIENT_ID", ""),
        client_secret=os.environ.get("SLACK_CLIENT_SECRET", ""),
    )
    web.run_app(application(settings), host=HOST, port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
