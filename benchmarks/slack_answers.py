"""Answers in one Slack workspace: eight at once against one alone, on virtual time."""

import sys

from tests.bots.slack.busy_workspace import answers_at_once

AT_ONCE, ROUNDS = 8, 5
MOST = 1.2


def main() -> int:
    """Print how long answers take and how often they are edited; 1 when the limit is passed."""
    worst = 0.0
    print(f"{AT_ONCE} at once    alone    slowest    x alone    edits    refused")
    for seconds in (2.0, 12.0, 20.0, 40.0):
        _, (alone,) = answers_at_once(1, 1, seconds)
        slack, took = answers_at_once(AT_ONCE, ROUNDS, seconds)
        ratio = max(took) / alone
        worst = max(worst, ratio)
        print(
            f"{seconds:5.0f} s   {alone:8.2f}   {max(took):8.2f}   {ratio:8.2f}"
            f"   {slack.calls['chat.update']:6}   {slack.refused.total():8}"
        )
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
