"""What the code may not do at all, looked for in its syntax; ruff's ``S`` has bandit's rules."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.some import some

ROOT = Path(__file__).parents[2]
PACKAGES = ("agent", "bots", "gateway_tools", "identity", "bizassist")
TREES = {
    path.relative_to(ROOT): ast.parse(path.read_text())
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not path.is_relative_to(ROOT / "bizassist" / "local")
}
"""Of what ships; the local stack doesn't."""
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNSAFE = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml", "xmlrpc", "telnetlib"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "asyncio.create_subprocess_shell"}
TABLE_WORDS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def said(node: ast.expr | None) -> str:
    return ast.unparse(node) if node else ""


def test_no_text_is_run_as_code() -> None:
    for path, call in some(calls()):
        assert said(call.func) not in RUNS_TEXT, f"{path}:{call.lineno}"
    imported = [(path, name) for path, tree in TREES.items() for name in _imported(tree)]
    for path, name in some(imported):
        assert name not in UNSAFE, f"{path}: {name}"


def _imported(tree: ast.Module) -> set[str]:
    """The packages that a module imports of."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {one.name for node in imports for one in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def test_no_shell_is_started() -> None:
    for path, call in some(calls()):
        assert said(call.func) not in SHELLS, f"{path}:{call.lineno}"
        assert said(keyword(call, "shell")) in {"", "False"}, f"{path}:{call.lineno}"


def test_templates_escape_by_themselves() -> None:
    made = [(path, call) for path, call in calls() if said(call.func) == "Environment"]
    for path, call in some(made):
        assert said(keyword(call, "autoescape")) in {"True", "select_autoescape()"}, path
    for path, call in some(calls()):
        assert not said(call.func).endswith(".from_string"), f"{path}:{call.lineno}"


def test_a_pattern_is_made_of_escaped_parts() -> None:
    """A pattern with a value in it has that value escaped, or it is a constant of the module."""
    patterns = [
        (path, part)
        for path, call in calls()
        if said(call.func).startswith("re.") and call.args
        for node in call.args[:1]
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.FormattedValue)
    ]
    for path, part in some(patterns):
        shown = said(part.value)
        fixed = shown.split(".")[0] in _constants(path) or "join" in shown or shown.isupper()
        escaped = "re.escape" in shown or shown in _escaped(path)
        assert fixed or escaped, f"{path}:{part.lineno}: {shown}"


def _constants(path: Path) -> set[str]:
    """Names of the module's constants, and those that stand for parts of literals in it."""
    targets: list[ast.AST] = [
        target
        for node in TREES[path].body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    targets += [
        part
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.comprehension) and said(node.iter).startswith(("{", "[", "("))
        for part in ast.walk(node.target)
    ]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _escaped(path: Path) -> set[str]:
    """Names that stand for escaped text."""
    return {
        target.id
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Assign) and "re.escape" in said(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_expressions_of_tables_are_fixed() -> None:
    """What people say stands in the values of a request and never in its expression."""
    expressions = [
        (path, part)
        for path, call in calls()
        for name in TABLE_WORDS
        if (expression := keyword(call, name))
        for part in ast.walk(expression)
    ]
    for path, part in some(expressions):
        made = isinstance(part, ast.Call) and not said(part.func).endswith(".join")
        assert not made, f"{path}: {ast.unparse(part)}"


def test_no_format_comes_from_outside() -> None:
    """``str.format`` is called on texts of the code alone."""
    for path, call in some(calls()):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "format_map":
            raise AssertionError(f"{path}:{call.lineno}")
        if isinstance(call.func, ast.Attribute) and call.func.attr == "format" and call.keywords:
            whose = said(call.func.value).split(".")[-1].split("[")[0]
            fixed = isinstance(call.func.value, ast.Constant) or whose.strip("_").isupper()
            assert fixed, f"{path}:{call.lineno}: {said(call.func)}"


def test_nothing_follows_a_redirect() -> None:
    """A client of httpx follows none by itself; one of aiohttp must be told so at each call."""
    for path, call in some(calls()):
        assert said(keyword(call, "follow_redirects")) in {"", "False"}, f"{path}:{call.lineno}"
    asked = [
        (path, call)
        for path, call in calls()
        if "aiohttp.ClientSession" in ast.unparse(TREES[path])
        and said(call.func).rpartition(".")[0] in {"http", "self._http"}
        and said(call.func).rpartition(".")[2] in {"get", "post", "request"}
    ]
    for path, call in some(asked):
        assert said(keyword(call, "allow_redirects")) == "False", f"{path}:{call.lineno}"


def test_no_certificate_is_left_unchecked() -> None:
    names = {"verify", "ssl", "verify_ssl", "check_hostname"}
    for path, call in some(calls()):
        off = {one.arg for one in call.keywords if said(one.value) == "False"}
        assert not off & names, f"{path}:{call.lineno}"
        assert "_create_unverified_context" not in said(call.func), f"{path}:{call.lineno}"


def test_nothing_runs_in_debug_mode() -> None:
    for path, call in some(calls()):
        assert said(keyword(call, "debug")) in {"", "False"}, f"{path}:{call.lineno}"
