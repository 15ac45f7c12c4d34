"""Terraform's command line: where it is, where providers come from, how long it may take."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

PROVIDER = "registry.terraform.io/hashicorp/aws"
SHARED_FOLDERS = ("/opt", "/usr/share", "/usr/local/share")
REATTACH = "TF_REATTACH_PROVIDERS"
START_SECONDS = 30
LAST_WORDS = 4_000
"""Characters of what a command said that failed without a word of why."""


class TerraformFailed(AssertionError):
    """A command failed; carries what it said of why, for each test that needs what it makes."""


def mirrors() -> Iterator[Path]:
    """Folders on this machine that Terraform can install the AWS provider from."""
    if told := os.environ.get("BIZASSIST_TF_MIRROR"):
        yield Path(told)
    for folder in map(Path, SHARED_FOLDERS):
        for provider in (folder / PROVIDER, *folder.glob(f"*/{PROVIDER}")):
            if provider.is_dir():
                yield provider.parents[len(Path(PROVIDER).parts) - 1]


def provider_versions(mirror: Path) -> list[tuple[int, ...]]:
    """The versions of the AWS provider in a mirror, unpacked or packed."""
    names = [entry.name for entry in (mirror / PROVIDER).iterdir()]
    packed = [name.removeprefix("terraform-provider-aws_").split("_")[0] for name in names]
    return sorted(
        tuple(map(int, name.split(".")))
        for name in packed
        if name.replace(".", "").isdecimal() and name.count(".") == 2
    )


@dataclass(frozen=True)
class Terraform:
    """Terraform in one environment.

    :param newest: the newest AWS provider that can be had; None where the registry is asked.
    """

    program: str
    environment: Mapping[str, str] = field(repr=False)
    newest: tuple[int, ...] | None

    @classmethod
    def find(cls, folder: Path) -> "Terraform | None":
        """The Terraform of this machine, with a configuration in ``folder`` where it needs one."""
        program = shutil.which("terraform")
        if program is None:
            return None
        own = ("AWS_", "TF_")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(own)
        }
        environment |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
        configured = os.environ.get("TF_CLI_CONFIG_FILE", "")
        mirror = next(mirrors(), None)
        if configured and Path(configured).is_file():
            environment["TF_CLI_CONFIG_FILE"] = configured
        elif mirror:
            file = folder / "terraform.rc"
            file.write_text(_installation(mirror))
            environment["TF_CLI_CONFIG_FILE"] = str(file)
        newest = provider_versions(mirror)[-1] if mirror else None
        return cls(program, environment, newest)

    async def __call__(self, folder: Path, *arguments: str, seconds: float = 120) -> str:
        """Run a command in ``folder``.

        :raises TerraformFailed: with the errors that the command told.
        """
        process = await asyncio.create_subprocess_exec(
            self.program,
            *arguments,
            cwd=folder,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(seconds):
                output, _ = await process.communicate()
        except TimeoutError:
            await _stop(process)
            raise TerraformFailed(
                f"{arguments[0]} took longer than {seconds:.0f} seconds"
            ) from None
        except asyncio.CancelledError:
            await _stop(process)
            raise
        if process.returncode:
            raise TerraformFailed(f"terraform {arguments[0]}\n{_errors(output.decode())}")
        return output.decode()

    async def init(self, folder: Path) -> None:
        """Install what ``folder`` needs; in tests without a state elsewhere."""
        # A provider that runs already would be neither looked for nor held to its version.
        own = {name: value for name, value in self.environment.items() if name != REATTACH}
        await replace(self, environment=own)(folder, "init", "-backend=false", "-no-color")

    @asynccontextmanager
    async def with_provider(self, folder: Path) -> AsyncIterator["Terraform"]:
        """Terraform whose every command asks one running AWS provider, while the block runs.

        To start one for each run of a test takes longer than the run. It is how providers are
        debugged (https://developer.hashicorp.com/terraform/plugin/debugging).

        :param folder: where the provider is installed.
        """
        process = await asyncio.create_subprocess_exec(
            _installed_provider(folder),
            "-debug",
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                told = await _reattachment(process)
            yield replace(self, environment={**self.environment, REATTACH: told})
        finally:
            if process.returncode is None:
                await _stop(process)

    async def json(self, folder: Path, *arguments: str) -> dict[str, Any]:
        """What a command answers as JSON, without the warnings before it."""
        output = await self(folder, *arguments)
        document: dict[str, Any] = json.loads(output[output.index("{") :])
        return document


def _errors(output: str) -> str:
    """From the first error on; a plan before it has ten thousand lines."""
    _, error, rest = output.partition("Error: ")
    return f"{error}{rest}" if error else output[-LAST_WORDS:]


def _installed_provider(folder: Path) -> str:
    (program,) = folder.glob(f".terraform/providers/{PROVIDER}/*/*/terraform-provider-aws*")
    return str(program)


async def _reattachment(process: asyncio.subprocess.Process) -> str:
    """What a provider says about how to reach it."""
    assert process.stdout
    async for line in process.stdout:
        if found := re.search(rf"{REATTACH}='(.*)'", line.decode()):
            return found[1]
    raise TerraformFailed("the provider ended before it said how to reach it")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Terraform ends its providers when it is interrupted; one that doesn't is ended."""
    process.terminate()
    try:
        async with asyncio.timeout(20):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()


def _installation(mirror: Path) -> str:
    return f"""provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["{PROVIDER}"]
  }}
  direct {{
    exclude = ["{PROVIDER}"]
  }}
}}
"""
