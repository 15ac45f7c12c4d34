"""``bizassist tools``: the beginnings of a Gateway tool, and what calls one by hand."""

import asyncio
import json
import keyword
import re
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from bizassist.commands.target_deployment import add_target_arguments, lead_to_target
from bizassist.errors import CommandError

NAME = "tools"
HELP = "begin a new Gateway tool, or call one by hand"

PACKAGE = Path("gateway_tools")
_TOOL = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TARGET = re.compile(r"([0-9a-zA-Z]-?){1,100}")  # CreateGatewayTarget, AgentCore API reference
# Models take tool names of so many characters (Bedrock's ToolSpecification).
LONGEST = 64

_MODULE = '''"""The tool ``{name}``: say in one line what it answers."""

from gateway_tools.checked_call import Answer, Arguments
from gateway_tools.errors import InvalidArguments


def run(arguments: Arguments) -> Answer:
    """Answer with the greeting; the arguments fit the schema already."""
    who = arguments["who"].strip()
    if not who:
        raise InvalidArguments("There is nobody to greet.", "Ask for a name.")
    return {{"greeting": f"Hello, {{who}}."}}
'''


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what can be done."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("new", help="write a module, a schema and its line in the list")
    action.add_argument("name", metavar="NAME", help="the tool's name, such as order_status")
    action.add_argument("--target", help="the Gateway target to serve it; else one of its own")
    action.set_defaults(act=_begin)
    gateway = actions.add_parser(
        "gateway", help="print GATEWAY and TOKEN for a shell, to call tools with"
    )
    add_target_arguments(gateway)
    gateway.set_defaults(act=_print_gateway)


def run(options: Namespace) -> int:
    """Do it."""
    options.act(options)
    return 0


def _print_gateway(options: Namespace) -> None:
    """Lines that a shell evaluates: the Gateway's address, and a token of the machine for it."""
    import boto3  # noqa: PLC0415 - a new tool needs no AWS
    import httpx  # noqa: PLC0415

    from bizassist.deployment.deployed_parameters import deployment  # noqa: PLC0415
    from bizassist.deployment.setup_checks import machine_token  # noqa: PLC0415

    async def asked() -> str:
        async with httpx.AsyncClient(timeout=10) as http:
            return await machine_token(http, known)

    lead_to_target(options)
    known = deployment(boto3.Session())
    try:
        token = asyncio.run(asked())
    except (httpx.HTTPError, LookupError, ValueError) as error:
        raise CommandError(f"the user pool gave no token ({type(error).__name__})") from None
    sys.stdout.write(f"GATEWAY={shlex.quote(known.gateway_url)}\nTOKEN={shlex.quote(token)}\n")


def _begin(options: Namespace) -> None:
    """Write the tool and say what to do next."""
    written = new_tool(Path.cwd() / PACKAGE, options.name, options.target)
    for path in written:
        sys.stdout.write(f"wrote {path.relative_to(Path.cwd())}\n")
    target = options.target or _own_target(options.name)
    sys.stdout.write(
        "Next: describe it in its schema, write its module, and say in\n"
        "agent/authorization/rights.cedar who may use it\n"
        f'(Action::"{target}___{options.name}"): until then nobody may.\n'
    )


def new_tool(package: Path, name: str, target: str | None = None) -> Sequence[Path]:
    """Write the tool's module and schema, and add it to its target in the list.

    :param package: the folder ``gateway_tools``.
    :param target: a target that exists or will; one named like the tool when not given.
    :returns: the files that were written.
    :raises CommandError: when the name can't be used; nothing was written then.
    """
    target = target or _own_target(name)
    listed = package / "targets.json"
    if not listed.is_file():
        raise CommandError(f"there is no {listed}: run this in the project's folder")
    targets: dict[str, list[str]] = json.loads(listed.read_text("utf-8"))
    _check_names(name, target)
    _check_free(package, name, targets)
    targets[target] = sorted([*targets.get(target, []), name])
    files = {
        _module_of(package, name): _MODULE.format(name=name),
        _schema_of(package, name): json.dumps(_schema(name), indent=2) + "\n",
        listed: _listing(targets),
    }
    for path, content in files.items():
        path.write_text(content, "utf-8")
    return list(files)


def _own_target(name: str) -> str:
    return name.replace("_", "-")


def _check_names(name: str, target: str) -> None:
    if not _TOOL.fullmatch(name) or keyword.iskeyword(name):
        raise CommandError(f"{name!r} is no name for a tool: use words like order_status")
    if not _TARGET.fullmatch(target):
        raise CommandError(f"{target!r} is no name for a target: letters, digits, single dashes")
    if len(f"{target}___{name}") > LONGEST:
        raise CommandError(f"{target}___{name} is longer than {LONGEST} characters")


def _check_free(package: Path, name: str, targets: dict[str, list[str]]) -> None:
    owner = next((known for known, names in targets.items() if name in names), None)
    if owner:
        raise CommandError(f"there is a tool {name} already, at the target {owner}")
    for path in (_module_of(package, name), _schema_of(package, name)):
        if path.exists():
            raise CommandError(f"{path} is there already")


def _module_of(package: Path, name: str) -> Path:
    return package / "tools" / f"{name}.py"


def _schema_of(package: Path, name: str) -> Path:
    return package / "schemas" / f"{name}.json"


def _schema(name: str) -> dict[str, object]:
    return {
        "name": name,
        "description": "Say here when a model should call this tool, and what it answers.",
        "inputSchema": {
            "type": "object",
            "properties": {"who": {"type": "string", "description": "Whom to greet."}},
            "required": ["who"],
        },
        "outputSchema": {
            "type": "object",
            "properties": {"greeting": {"type": "string"}},
            "required": ["greeting"],
        },
    }


def _listing(targets: dict[str, list[str]]) -> str:
    """One line a target, so that adding a tool changes one line."""
    lines = [
        f"  {json.dumps(target)}: {json.dumps(names)}" for target, names in sorted(targets.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"
