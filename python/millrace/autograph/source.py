"""Finds the definition of a function in the file it came from."""

import ast
import collections
import linecache
import threading

from millrace.autograph import scopes

_KEPT = 8  # files
_files = collections.OrderedDict()  # name -> (its lines, the definitions in it by their first line)
_lock = threading.Lock()


class NoSource(Exception):
    """The source of a function cannot be read, or does not fit it; the text says what."""


def definition_of(function):
    """(the node of a def or lambda, the name of the class around it or None). The node must not be
    changed."""
    code = function.__code__
    found = [
        (node, name)
        for node, name in _definitions(code.co_filename, function.__globals__).get(
            code.co_firstlineno, ()
        )
        if _fits(node, code)
    ]
    if len(found) > 1:
        found = [(node, name) for node, name in found if _is_of(node, code)]
    if len(found) != 1:
        what = "several lambdas stand in the line" if found else "the file holds something else"
        raise NoSource(f"{what} at {code.co_filename}:{code.co_firstlineno}")
    return found[0]


def _definitions(filename, module_globals):
    with _lock:
        linecache.checkcache(filename)
        lines = linecache.getlines(filename, module_globals)
        if not lines:
            raise NoSource(f"could not get source code from {filename}")
        known = _files.get(filename)
        if known is None or known[0] is not lines:
            try:
                tree = ast.parse("".join(lines))
            except SyntaxError as error:
                raise NoSource(f"{filename}: {error}") from error
            found = collections.defaultdict(list)
            _collect(tree, None, found)
            known = _files[filename] = (lines, found)
        _files.move_to_end(filename)
        if len(_files) > _KEPT:
            _files.popitem(last=False)
        return known[1]


def _collect(node, class_name, found):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, scopes.FUNCTIONS):
            decorators = getattr(child, "decorator_list", [])
            found[min([child.lineno, *(d.lineno for d in decorators)])].append((child, class_name))
        _collect(child, child.name if isinstance(child, ast.ClassDef) else class_name, found)


def _fits(node, code):
    if getattr(node, "name", "<lambda>") != code.co_name:
        return False
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    # Private names of classes are written otherwise in the code.
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames[:count]
    return len(named) == count and all(n.endswith(a.arg) for a, n in zip(named, names))


def _is_of(node, code):
    """True if all instructions of the code stand within the body of this very node."""
    body = node.body if isinstance(node.body, list) else [node.body]
    first = body[0].lineno, body[0].col_offset
    last = body[-1].end_lineno, body[-1].end_col_offset
    places = [p for p in code.co_positions() if None not in p and p[2:] != (0, 0)]
    return bool(places) and all(
        first <= (line, column) and (end_line, end_column) <= last
        for line, end_line, column, end_column in places
    )
