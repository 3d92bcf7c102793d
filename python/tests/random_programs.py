"""Random Python functions of three numbers, full of branches, loops and jumps."""

import random

PARAMETERS = ["a", "b", "c"]


class Program:
    """The source of `def f(a, b, c)`, which also uses R (as range) and S (a context manager)."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._names, self._count = list(PARAMETERS), 0
        lines = self._block(3, False, 1) + self._block(3, False, 1)
        self.source = "\n".join(
            ["def f(a, b, c):", *lines, "    return a * 10000 + b * 100 + c", ""]
        )

    def _name(self, prefix):
        self._count += 1
        return f"{prefix}{self._count}"

    def _assign(self, pad):
        target, sign = self._random.choice(PARAMETERS), self._random.choice(["=", "=", "+="])
        return f"{pad}{target} {sign} {self._value()}"

    def _value(self):
        r = self._random
        v, w = r.choice(self._names), r.choice(self._names)
        return r.choice(
            [
                f"{v} + {r.randint(1, 5)}",
                f"{v} - {w}",
                f"({v} * {r.randint(2, 3)} + {w}) % 97",
                f"{v} if {self._test()} else {w}",
            ]
        )

    def _test(self):
        r = self._random
        v, w = r.choice(self._names), r.choice(self._names)
        tests = [f"{v} < {w}", f"{v} % 2 == 0", f"0 < {v} < {r.randint(5, 60)}", f"{v} != {w}"]
        c = r.choice(tests)
        return r.choice([c, c, c, f"({c} and {w} > 3)", f"({c} or {v} < 1)", f"not {c}"])

    def _block(self, depth, in_loop, indent):
        made = []
        for _ in range(self._random.randint(1, 3)):
            made += self._statement(depth, in_loop, "    " * indent, indent)
        return made

    def _statement(self, depth, in_loop, pad, indent):
        r = self._random
        kind = r.random()
        if depth == 0 or kind < 0.35:
            return [self._assign(pad)]
        if kind < 0.42:
            t = self._name("t")
            target, other = r.choice(PARAMETERS), r.choice(self._names)
            return [f"{pad}{t} = {self._value()}", f"{pad}{target} = ({t} * 2 + {other}) % 89"]
        if kind < 0.65:
            made = [f"{pad}if {self._test()}:", *self._block(depth - 1, in_loop, indent + 1)]
            if r.random() < 0.3:
                made += [f"{pad}elif {self._test()}:", *self._block(depth - 1, in_loop, indent + 1)]
            if r.random() < 0.5:
                made += [f"{pad}else:", *self._block(depth - 1, in_loop, indent + 1)]
            return made
        if kind < 0.78:
            jumps = ["break", "continue"] if in_loop else []
            jump = r.choice([*jumps, f"return {self._value()}"])
            inner = pad + "    "
            return [f"{pad}if {self._test()}:", self._assign(inner), f"{inner}{jump}"]
        if kind < 0.95:
            return self._loop(depth, in_loop, pad, indent)
        return [f"{pad}with S('s'):", *self._block(depth - 1, in_loop, indent + 1)]

    def _loop(self, depth, in_loop, pad, indent):
        i, turns = self._name("i"), self._random.randint(1, 4)
        if self._random.random() < 0.6:
            self._names.append(i)
            body = self._block(depth - 1, True, indent + 1)
            self._names.remove(i)
            made = [f"{pad}for {i} in R({turns}):", *body]
        else:
            body = self._block(depth - 1, True, indent + 1)
            test = f"{i} < {turns} and {self._test()}"
            made = [f"{pad}{i} = a * 0", f"{pad}while {test}:", f"{pad}    {i} += 1", *body]
        if self._random.random() < 0.25:
            made += [f"{pad}else:", *self._block(depth - 1, in_loop, indent + 1)]
        return made
