"""Small mistakes planted in a module, one at a time: each must be noticed by somebody."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True, slots=True)
class Mutant:
    line: int
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """One changed place each: comparisons, and/or, conditions, constants, returns, plus/minus."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for number, _ in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = _nth(changed, index)
            what = list(_changes(target))[number](target)
            line = getattr(node, "lineno", 0)
            text = ast.unparse(ast.fix_missing_locations(changed))
            yield Mutant(line, what, text)


def load(mutant: Mutant, like: ModuleType) -> ModuleType:
    """The mutant as a module of the same name and imports. Raises what importing it raises."""
    module = ModuleType(like.__name__)
    exec(compile(mutant.source, f"<mutant of line {mutant.line}>", "exec"), module.__dict__)
    return module


def _nth(tree: ast.AST, index: int) -> ast.AST:
    for place, node in enumerate(ast.walk(tree)):
        if place == index:
            return node
    raise IndexError(index)


def _changes(node: ast.AST):
    """Functions that change a node in place and say what they did."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in _COMPARE:
                yield lambda n, p=place: _compare(n, p)
    elif isinstance(node, ast.BoolOp):
        yield _boolean
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        yield _arithmetic
    elif isinstance(node, ast.If | ast.IfExp):
        yield lambda n: _condition(n, True)
        yield lambda n: _condition(n, False)
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield _nothing
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
        yield _constant
    elif isinstance(node, ast.keyword) and node.arg not in ("key", "default"):
        yield _keyword


def _compare(node: ast.Compare, place: int) -> str:
    node.ops[place] = _COMPARE[type(node.ops[place])]()
    return f"comparison became {ast.unparse(node)}"


def _boolean(node: ast.BoolOp) -> str:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return f"and/or became {ast.unparse(node)}"


def _arithmetic(node: ast.BinOp) -> str:
    node.op = _ARITHMETIC[type(node.op)]()
    return f"arithmetic became {ast.unparse(node)}"


def _condition(node: ast.If | ast.IfExp, value: bool) -> str:
    was = ast.unparse(node.test)
    node.test = ast.Constant(value)
    return f"condition `{was}` became {value}"


def _nothing(node: ast.Return) -> str:
    was = ast.unparse(node)
    node.value = ast.Constant(None)
    return f"`{was}` returned nothing"


def _constant(node: ast.Constant) -> str:
    was = node.value
    node.value = (not was) if isinstance(was, bool) else was + 1
    return f"constant {was!r} became {node.value!r}"


def _keyword(node: ast.keyword) -> str:
    was = ast.unparse(node.value)
    node.value = ast.Constant(None)
    return f"argument {node.arg}={was} was lost"
