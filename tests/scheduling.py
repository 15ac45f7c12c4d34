"""Which tests run in one process when there are several: those that share what Terraform applies.

xdist's own groups (``loadgroup``) come to nothing with pytest 9.2, which no longer lets a plugin
change the id of a test.
"""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = "tests/terraform/"


class Scheduling(LoadScopeScheduling):
    """Each test by itself, but for one folder, with which the first process begins."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid
