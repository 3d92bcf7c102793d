"""Which names statements bind and read, as Python's scopes have it."""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
TRIES = tuple(getattr(ast, n) for n in ("Try", "TryStar") if hasattr(ast, n))
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def own_parts(node):
    """The children of a node that are evaluated in the scope it stands in."""
    if isinstance(node, FUNCTIONS):
        parts = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        return parts + getattr(node, "decorator_list", [])
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    return ast.iter_child_nodes(node)


def walk(nodes):
    """All nodes of the scope, not those of the functions and classes defined in it."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        pending.extend(own_parts(node))


def parameters(arguments):
    """The names of a function's parameters."""
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return {a.arg for a in found}


def bound(nodes):
    """The names that the statements bind or delete in their scope."""
    found = set()
    for node in nodes:
        _bind(node, found, False)
    return found


def _bind(node, found, in_comprehension):
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load) and not in_comprehension:
            found.add(node.id)
    elif isinstance(node, ast.NamedExpr):  # binds around comprehensions
        found.add(node.target.id)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        found.add(node.name)
    elif isinstance(node, ast.alias):
        found.add(node.asname or node.name.split(".")[0])
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        found.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        found.add(node.rest)
    inside = in_comprehension or isinstance(node, _COMPREHENSIONS)
    for child in own_parts(node):
        _bind(child, found, inside)


def reads(nodes):
    """The names that the nodes read, those that functions defined in them take from around
    included."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Store):
                found.add(node.id)
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        found |= reads(own_parts(node)) if not isinstance(node, _COMPREHENSIONS) else set()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found |= free(node)
        elif isinstance(node, _COMPREHENSIONS):
            targets = {
                n.id
                for n in ast.walk(node)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            found |= reads(ast.iter_child_nodes(node)) - targets
    return found


def free(node):
    """The names that a function or class takes from the scopes around it."""
    body = node.body if isinstance(node.body, list) else [node.body]
    used = reads(body)
    if isinstance(node, ast.ClassDef):
        return used
    return (used | declared(body, ast.Nonlocal)) - (
        (parameters(node.args) | bound(body)) - declared(body, ast.Nonlocal)
    )


def declared(body, kind):
    """The names in the `global` or `nonlocal` statements of a scope."""
    return {name for node in walk(body) if isinstance(node, kind) for name in node.names}


def captured(body):
    """The names that functions defined in the scope take from it, or from further out."""
    found = set()
    for node in walk(body):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found |= free(node)
    return found


def members(nodes, known):
    """Attributes and items with a fixed key that the statements assign, as {text: node}: `a.b`,
    `a['k']`, `a.b[i]`. `known`: names that the statements bind, which cannot be part of one."""
    found = {}
    for node in walk(nodes):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            if _is_path(node, known):
                found.setdefault(ast.unparse(node), node)
    return found


def _is_path(node, known):
    if isinstance(node, ast.Name):
        return node.id not in known
    if isinstance(node, ast.Attribute):
        return _is_path(node.value, known)
    if isinstance(node, ast.Subscript):
        key = node.slice
        fixed = isinstance(key, ast.Constant) or (isinstance(key, ast.Name) and key.id not in known)
        return fixed and _is_path(node.value, known)
    return False
