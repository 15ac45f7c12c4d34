"""In which order tests run, and where when there are several processes, so that few stacks start.

Tests are ordered by what they need running. The first process works from the front of that order,
every other one from its end, file by file, so that they come to each other's stacks only when the
run ends. The account that Terraform makes belongs to the first process: it begins it, runs other
tests while everything is applied, and comes back.

xdist's own groups (``loadgroup``) come to nothing with pytest 9.2, which no longer lets a plugin
change the id of a test.
"""

from collections.abc import Collection
from itertools import takewhile

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

NEEDS = ("beginning", "cloud", "account", "destroying", "destroyed", "", "deployment", "stack")
"""Fixtures that take long, in the order of the tests that need them; "" are those without."""

ACCOUNT = "tests/terraform/"
"""The tests that only the first process runs."""


def place(fixtures: Collection[str]) -> int:
    """A test's place in the order: that of the last which it needs."""
    needed = (NEEDS.index(name) for name in NEEDS if name in fixtures)
    return max(needed, default=NEEDS.index(""))


class Scheduling(LoadScopeScheduling):
    """Each test by itself; each process takes the next from its end of the order."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node is self.nodes[0]:
            super()._assign_work_unit(node)
        elif chosen := self._from_the_end():
            self.workqueue.move_to_end(chosen, last=False)
            super()._assign_work_unit(node)
        else:
            node.shutdown()

    def _from_the_end(self) -> str | None:
        """The first test that is left of the last file."""
        others = [test for test in reversed(self.workqueue) if not test.startswith(ACCOUNT)]
        file = _file(others[0]) if others else ""
        return next(reversed([*takewhile(lambda test: _file(test) == file, others)]), None)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
