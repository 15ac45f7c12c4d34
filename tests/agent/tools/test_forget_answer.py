"""The answer to a wish to forget says what is gone, and how much is not."""

import pytest

from agent.memory.deletion import Deletion
from agent.tools.forget_tool import _told


@pytest.mark.parametrize(
    ("deletion", "said"),
    [
        (
            Deletion(records=2, events=1, left=0, fresh=False),
            (
                "I have forgotten it: 2 memories and 1 piece of a conversation are deleted. "
                "I looked again, and nothing of it is left. "
            ),
        ),
        (
            Deletion(records=0, events=320, left=1_280, fresh=False),
            (
                "I have forgotten only a part of it: 0 memories and 320 pieces of conversations "
                "are deleted, 1,280 are not deleted yet. Please tell me again in a minute. "
            ),
        ),
    ],
)
def test_what_is_left_is_not_said_to_be_deleted(deletion: Deletion, said: str) -> None:
    assert _told(deletion).startswith(said)
