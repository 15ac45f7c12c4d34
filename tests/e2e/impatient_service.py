"""The chat service, to which a dead process's deliveries come back after 8 seconds, not 30."""

import sys

from bizassist.__main__ import main
from bots.queue import heartbeat

heartbeat.VISIBLE_AFTER, heartbeat.HEARTBEAT, heartbeat.LONGEST_CALL = 8, 2, 2

if __name__ == "__main__":
    sys.exit(main(["serve"]))
