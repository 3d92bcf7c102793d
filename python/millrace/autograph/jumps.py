"""Takes `break`, `continue` and early `return` out of a function: they become flags and nesting.

for x in xs:                      stop = False
    if x < 0:                     for x in xs:      # while not stop
        break            ->           if x < 0:
    total += x                            stop = True
                                      else:
                                          total += x
"""

import ast

from millrace.autograph import scopes
from millrace.autograph.expressions import at as _at

_JUMPS = (ast.Break, ast.Continue, ast.Return)
_LOOPS = (ast.For, ast.While)
RETURNED = "retval_"


class Unsupported(Exception):
    """The function holds something that cannot be converted; the text says what."""


def remove(body, fresh):
    """The body of a function without jumps, except for one return at its end; fresh(name) gives
    names that it does not use. Each `for` gets an attribute `more`: an expression that says whether
    to go on, or None."""
    returns = [n for n in scopes.walk(body) if isinstance(n, ast.Return)]
    early = any(r not in body for r in returns)
    work = _Removal(fresh, any(_gives_value(r) for r in returns)) if early else _Removal(fresh)
    if not early:
        return work.block(_up_to_return(body))
    if not _ends(body):
        body = [*body, _at(ast.Return(ast.Constant(None)), body[-1])]
    first = body[0]
    made = [_at(_assign(work.returning, ast.Constant(False)), first), *work.block(body)]
    value = ast.Name(work.returned, ast.Load()) if work.returned else ast.Constant(None)
    return [*made, _at(ast.Return(value), body[-1])]


def _gives_value(r):
    return r.value is not None and not (isinstance(r.value, ast.Constant) and r.value.value is None)


def _up_to_return(body):
    for i, s in enumerate(body):
        if isinstance(s, ast.Return):
            return body[: i + 1]
    return body


class _Removal:
    def __init__(self, fresh, with_value=None):
        self._fresh = fresh
        self.returning = None if with_value is None else fresh("returned_")
        self.returned = fresh(RETURNED) if with_value else None
        self._breaking = self._continuing = None  # the flags of the loop around

    def block(self, statements):
        made = []
        for i, s in enumerate(statements):
            if isinstance(s, _JUMPS) and (not isinstance(s, ast.Return) or self.returning):
                return made + self._jump(s)
            escapes, rest = _escapes(s), statements[i + 1 :]
            if isinstance(s, ast.If) and escapes:
                if _ends(s.body):
                    s.orelse, rest = [*s.orelse, *rest], []
                elif _ends(s.orelse):
                    s.body, rest = [*s.body, *rest], []
                elif not rest:
                    escapes = set()
                else:
                    s = self._inner(s)
                    made += [s, self._unless(escapes, rest)]
                    return made
                made.append(self._inner(s))
                if not rest and escapes:
                    return made
                continue
            made += self._loop(s) if isinstance(s, _LOOPS) else [self._inner(s)]
            if escapes and rest:
                return [*made, self._unless(escapes, rest)]
        return made

    def _inner(self, s):
        """A statement whose blocks are freed of jumps."""
        if isinstance(s, (*scopes.FUNCTIONS, ast.ClassDef)):
            return s
        escapes_body = isinstance(s, scopes.TRIES) and set().union(*map(_escapes, s.body), set())
        if isinstance(s, scopes.TRIES):
            if any(_escapes(f) for f in s.finalbody):
                raise Unsupported("a jump out of `finally`")
            if escapes_body and s.orelse:
                s.orelse = [self._unless(escapes_body, s.orelse)]
        for field in ("body", "orelse", "finalbody"):
            if getattr(s, field, None) and isinstance(getattr(s, field), list):
                setattr(s, field, self.block(getattr(s, field)))
        for part in (*getattr(s, "handlers", ()), *getattr(s, "cases", ())):
            part.body = self.block(part.body)
        return s

    def _jump(self, s):
        if isinstance(s, ast.Break):
            return [_at(_assign(self._breaking, ast.Constant(True)), s)]
        if isinstance(s, ast.Continue):
            return [_at(_assign(self._continuing, ast.Constant(True)), s)]
        made = [_at(_assign(self.returning, ast.Constant(True)), s)]
        if self.returned:
            value = s.value if s.value is not None else ast.Constant(None)
            made.insert(0, _at(_assign(self.returned, value), s))
        return made

    def _flags(self, kinds):
        names = {
            ast.Break: self._breaking,
            ast.Continue: self._continuing,
            ast.Return: self.returning,
        }
        return [names[k] for k in _JUMPS if k in kinds]

    def _unless(self, kinds, rest):
        return _at(ast.If(_none_of(self._flags(kinds)), self.block(rest), []), rest[0])

    def _loop(self, s):
        jumps = set().union(*map(_escapes, s.body), set())
        around = self._breaking, self._continuing
        self._breaking = self._fresh("break_") if ast.Break in jumps else None
        self._continuing = self._fresh("continue_") if ast.Continue in jumps else None
        stop = self._flags(jumps - {ast.Continue})
        body, before, after = self.block(s.body), [], []
        if self._continuing:
            body.insert(0, _at(_assign(self._continuing, ast.Constant(False)), s.body[0]))
        if self._breaking:
            before.append(_at(_assign(self._breaking, ast.Constant(False)), s))
        more = _at(_none_of(stop), s) if stop else None
        self._breaking, self._continuing = around
        s.body, orelse, s.orelse = body, s.orelse, []
        if orelse:
            orelse = self.block(orelse)
            after = [_at(ast.If(_none_of(stop), orelse, []), orelse[0])] if stop else orelse
        if isinstance(s, ast.For):
            s.more = more
        elif more is not None:
            s.test = _at(ast.BoolOp(ast.And(), [more, s.test]), s.test)
        return [*before, s, *after]


def _escapes(s):
    """The kinds of jumps that leave a statement."""
    if isinstance(s, _JUMPS):
        return {type(s)}
    if isinstance(s, (*scopes.FUNCTIONS, ast.ClassDef)):
        return set()
    found = set()
    for child in ast.iter_child_nodes(s):
        if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            found |= _escapes(child)
    if isinstance(s, _LOOPS):
        in_else = set().union(*map(_escapes, s.orelse), set())
        found = (found - {ast.Break, ast.Continue}) | in_else
    return found


def _ends(statements):
    """True if no path gets to the end of the statements."""
    if not statements:
        return False
    s = statements[-1]
    if isinstance(s, ast.If):
        return _ends(s.body) and _ends(s.orelse)
    if isinstance(s, ast.While):
        forever = isinstance(s.test, ast.Constant) and bool(s.test.value)
        inside = set().union(*map(_escapes, s.body), set())
        return forever and ast.Break not in inside
    return isinstance(s, (*_JUMPS, ast.Raise))


def _assign(name, value):
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _none_of(flags):
    tests = [ast.UnaryOp(ast.Not(), ast.Name(f, ast.Load())) for f in flags]
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
