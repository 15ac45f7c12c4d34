"""What can be wrong with a policy that an administrator looks at."""


class PolicyRefused(Exception):
    """The agent would not start with this policy; its text says why, in one sentence."""
