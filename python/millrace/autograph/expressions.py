"""Rewrites expressions: what decides by truth, and calls, goes through the functions of
runtime.py, which this text calls ag__.

    a and b          ->  ag__.and_(lambda: a, lambda: b)
    x if c else y    ->  ag__.if_exp(c, lambda: x, lambda: y)
    f(x)             ->  ag__.call(f)(x)
"""

import ast

from millrace.autograph import scopes

RUNTIME = "ag__"


def at(node, place):
    """The node, and its parts down to those that have a place, at the place of another."""
    pending = [node]
    while pending:
        part = pending.pop()
        if hasattr(part, "lineno"):
            continue
        if isinstance(part, (ast.expr, ast.stmt, ast.arg)):
            ast.copy_location(part, place)
        pending.extend(ast.iter_child_nodes(part))
    return node


def load(name):
    return ast.Name(name, ast.Load())


def runtime(name, *args):
    """A call of a function of the runtime."""
    return ast.Call(ast.Attribute(load(RUNTIME), name, ast.Load()), list(args), [])


def arguments(*names):
    return ast.arguments([], [ast.arg(n) for n in names], None, [], [], None, [])


def thunk(value, *names):
    return ast.Lambda(arguments(*names), value)


class Expressions(ast.NodeTransformer):
    """Expressions of one function and of those nested in it."""

    def __init__(self, fresh):
        self.fresh = fresh
        self.first_parameters = []  # of the functions around, innermost last

    def visit_BoolOp(self, node):
        if _must_stay(node):
            return node
        self.generic_visit(node)
        name = "and_" if isinstance(node.op, ast.And) else "or_"
        return at(runtime(name, *(thunk(v) for v in node.values)), node)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return at(runtime("not_", node.operand), node) if isinstance(node.op, ast.Not) else node

    def visit_IfExp(self, node):
        if _must_stay(node):
            return node
        self.generic_visit(node)
        return at(runtime("if_exp", node.test, thunk(node.body), thunk(node.orelse)), node)

    def visit_Compare(self, node):
        """a < b < c asks for the truth of a < b."""
        if len(node.ops) == 1 or _must_stay(node):
            return self.generic_visit(node)
        self.generic_visit(node)
        links = []
        for op, operand in zip(node.ops, node.comparators):
            left, right = self.fresh("left_"), self.fresh("right_")
            holds = thunk(ast.Compare(load(left), [op], [load(right)]), left, right)
            links.append(ast.Tuple([holds, thunk(operand)], ast.Load()))
        return at(runtime("chain", node.left, *links), node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            if not node.args and self.first_parameters and self.first_parameters[-1]:
                # The function it stands in may become one without parameters.
                names = ("__class__", self.first_parameters[-1])
                node.args = [at(load(n), node.func) for n in names]
            return node
        node.func = at(runtime("call", node.func), node.func)
        return node

    def visit_Lambda(self, node):
        if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in scopes.walk([node.body])):
            return node
        return self.generic_visit(node)

    def visit_ClassDef(self, node):
        return node

    def visit_AsyncFunctionDef(self, node):
        return node


def _must_stay(node):
    """True if it binds names, which it could not do from within a lambda."""
    return any(isinstance(n, ast.NamedExpr) for n in ast.walk(node))
