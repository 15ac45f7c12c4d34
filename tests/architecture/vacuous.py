"""Finds assertions that pass because there was nothing to look at.

What an assertion looks at one by one must be known not to be empty: a literal that has something in
it, a ``range`` of numbers, or :func:`tests.some.some`, which fails on nothing. That holds for

- a ``for`` with an assertion in its body,
- ``all(…)`` and ``not any(…)`` in an assertion,
- ``not [… for …]`` and ``[… for …] == []`` in an assertion,
- a set made of something, when it is asserted to be part of another: ``{… for …} <= …``,
  ``set(…) <= …``.

What may rightly be empty is searched before the assertion, under a name of its own.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator

ASSERTING = {"raises", "fail"}
KEEPING = {"enumerate", "zip", "sorted", "reversed", "list", "tuple", "set", "frozenset"}
"""Builtins that make something of everything they are given."""

Known = dict[str, list[ast.expr]]


def vacuous(code: str) -> list[tuple[int, str]]:
    """The line and the text of each collection that may be empty."""
    tree = ast.parse(code)
    known = _named(tree)
    return sorted(
        {
            (looked_at.lineno, ast.unparse(looked_at))
            for looked_at in _looked_at(tree)
            if not _has_something(looked_at, known)
        }
    )


def _named(tree: ast.AST) -> Known:
    """What each name is bound to, where plain assignments alone bind it, in whatever scope."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    bound: Counter[str] = Counter()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                bound[name] += 1
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name].append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name].append(value)
    return {name: values for name, values in found.items() if len(values) == bound[name]}


def _looked_at(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor) and any(map(_asserts, node.body)):
            yield node.iter
        elif isinstance(node, ast.Assert):
            for part in ast.walk(node.test):
                yield from _within(part)


def _asserts(body: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr in ASSERTING)
        for node in ast.walk(body)
    )


def _within(part: ast.AST) -> Iterator[ast.expr]:
    """What a part of an assertion looks at one by one, where nothing would pass."""
    match part:
        case ast.Call(func=ast.Name(id="all"), args=[given]):
            yield given
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="any"), args=[given])):
            yield given
        case ast.UnaryOp(op=ast.Not(), operand=ast.ListComp() | ast.SetComp() as given):
            yield _searched(given)
        case ast.Compare(left=ast.ListComp() as given, comparators=[ast.List(elts=[])]):
            yield _searched(given)
        case ast.Compare(left=left, ops=[ast.LtE() | ast.Lt()]):
            yield from _set_of(left)
        case ast.Compare(ops=[ast.GtE() | ast.Gt()], comparators=[right]):
            yield from _set_of(right)


def _searched(given: ast.ListComp | ast.SetComp) -> ast.expr:
    """What is searched for something that must not be found: filtering is the point there."""
    return given.generators[0].iter


def _set_of(side: ast.expr) -> Iterator[ast.expr]:
    match side:
        case ast.SetComp():
            yield side
        case ast.Call(func=ast.Name(id="set" | "frozenset"), args=[given]):
            yield given


def _has_something(given: ast.expr, known: Known) -> bool:
    match given:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(_is_one(part, known) for part in parts)
        case ast.Dict(keys=keys):
            return any(key is not None for key in keys)
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
            return all(
                not part.ifs and _has_something(part.iter, known) for part in given.generators
            )
        case ast.Name(id=name):
            return name in known and all(_has_something(value, {}) for value in known[name])
        case ast.Call():
            return _gives_something(given, known)
    return isinstance(given, ast.Constant) and bool(given.value)


def _gives_something(call: ast.Call, known: Known) -> bool:
    match call:
        case ast.Call(func=ast.Name(id="some")):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int() as number)]):
            return number > 0
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as parts) if name in KEEPING:
            return all(_has_something(part, known) for part in parts)
        case ast.Call(func=ast.Attribute(value=of, attr="items" | "keys" | "values"), args=[]):
            return _has_something(of, known)
    return False


def _is_one(part: ast.expr, known: Known) -> bool:
    return not isinstance(part, ast.Starred) or _has_something(part.value, known)
