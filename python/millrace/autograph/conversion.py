"""Converts function objects: source, rewriting, compilation, and the new function with the old
one's globals, defaults and variables."""

import __future__

import ast
import copy
import types
import weakref

from millrace.autograph import source
from millrace.autograph.expressions import RUNTIME, arguments
from millrace.autograph.statements import Statements

_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag
_codes = weakref.WeakKeyDictionary()  # code -> converted code


def is_converted(function):
    return RUNTIME in function.__code__.co_freevars


def convert(function, runtime):
    """A function that does what the given one does, with control flow on tensors by the functions
    of `runtime`.

    Raises source.NoSource or jumps.Unsupported where that cannot be.
    """
    code = _codes.get(function.__code__)
    if code is None:
        code = _codes[function.__code__] = _converted_code(function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    cells[RUNTIME] = types.CellType(runtime)
    made = types.FunctionType(
        code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        tuple(cells[name] for name in code.co_freevars),
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__dict__.update(function.__dict__)
    for name in ("__qualname__", "__module__", "__doc__", "__annotations__"):
        setattr(made, name, getattr(function, name))
    return made


def rewritten(function):
    """The new definition of a function, as a node, the name of the class around it, and the names
    that the definition has for its own use."""
    node, class_name = source.definition_of(function)
    node = copy.deepcopy(node)
    node = _as_def(node)
    node.decorator_list, node.returns = [], None
    fresh = _fresh_names(node)
    node.body = Statements(fresh).function_body(node)
    _drop_annotations(node)
    return ast.fix_missing_locations(node), class_name, fresh.made


def _as_def(node):
    if not isinstance(node, ast.Lambda):
        return node
    result = ast.copy_location(ast.Return(node.body), node.body)
    made = ast.FunctionDef("lambda_", node.args, [result], [])
    return ast.copy_location(made, node)


def _drop_annotations(node):
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for argument in (*named, node.args.vararg, node.args.kwarg):
        if argument is not None:
            argument.annotation = None


def _fresh_names(node):
    """fresh(prefix) gives names that do not occur in the node."""
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    used |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    used |= {n.name for n in ast.walk(node) if hasattr(n, "name")}

    def fresh(prefix):
        name, number = prefix, 0
        while name in used:
            number += 1
            name = f"{prefix}{number}"
        used.add(name)
        made.add(name)
        return name

    made = fresh.made = set()
    return fresh


def _converted_code(function):
    node, class_name, blocks = rewritten(function)
    code = function.__code__
    node.name = "converted_"  # itself it knows as a variable from outside
    body = [node]
    if class_name is not None:  # for the names of its private attributes
        body = [ast.ClassDef(class_name, [], [], body, [])]
        if class_name not in code.co_freevars:
            body.insert(0, ast.Global([class_name]))
    parameters = arguments(RUNTIME, *(n for n in code.co_freevars if n != "__class__"))
    module = ast.Module([ast.FunctionDef("factory", parameters, body, [])], [])
    ast.fix_missing_locations(module)
    found = compile(module, code.co_filename, "exec", code.co_flags & _FUTURES, dont_inherit=True)
    for name in ("factory", class_name, node.name):
        if name is not None:
            found = next(
                c for c in found.co_consts if isinstance(c, types.CodeType) and c.co_name == name
            )
    prefix = len(found.co_qualname)
    return _renamed(found, blocks, code.co_name, lambda q: code.co_qualname + q[prefix:])


def _renamed(code, blocks, name, qualified):
    """Tracebacks shall name the user's functions only: a block has the name of its function."""
    consts = []
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            c = _renamed(c, blocks, name if c.co_name in blocks else c.co_name, qualified)
        consts.append(c)
    return code.replace(
        co_consts=tuple(consts), co_name=name, co_qualname=qualified(code.co_qualname)
    )
