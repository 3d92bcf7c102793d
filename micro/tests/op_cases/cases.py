"""What a case is, and random values for its tensors."""

import dataclasses

import numpy as np
from op_models import Tensor, one_op

PLAIN = ("float32", "int32", "int64", "bool")
QUANTISED = ("int8", "int16", "uint8")
ALL = PLAIN + QUANTISED


@dataclasses.dataclass
class Case:
    name: str
    model: bytes
    steps: list  # of the inputs of each invocation, one after another without a reset
    peers: tuple  # whose outputs count: the first that runs the model


class Cases:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.all = []

    def normal(self, shape, deviation=1.0):
        """Of few different values, which take little room in the corpus."""
        steps = 32
        return np.round(self.rng.standard_normal(shape) * deviation * steps) / steps

    def values(self, shape, dtype):
        rng, kind = self.rng, np.dtype(dtype).kind
        if dtype == "bool":
            return rng.random(shape) < 0.5
        if kind == "f":
            return self.normal(shape, 3).astype(dtype)
        if kind == "c":
            return (self.normal(shape) + 1j * self.normal(shape)).astype(dtype)
        if np.dtype(dtype).itemsize > 2:
            return rng.integers(-1000 if kind == "i" else 0, 1000, shape).astype(dtype)
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)

    def tensor(self, shape, dtype, scale=0.5):
        """With a zero point of its own where the type has one."""
        shape = tuple(int(d) for d in shape)
        if dtype not in QUANTISED:
            return Tensor(shape, dtype)
        zero_point = {"int8": int(self.rng.integers(-6, 7)), "int16": 0, "uint8": 131}[dtype]
        return Tensor(shape, dtype, scale=scale, zero_point=zero_point)

    def like(self, tensor, shape, **changes):
        """A tensor of that type and quantisation, of another shape."""
        shape = tuple(int(d) for d in shape)
        return dataclasses.replace(tensor, shape=shape, data=None, **changes)

    def add_model(self, name, model, fed, feeds=None, steps=1, peers=("micro", "reference")):
        """fed: the tensors that are fed; feeds: their values (of each step), random if None."""
        number = sum(case.name.rsplit("/", 1)[0] == name for case in self.all)
        if feeds is None:
            feeds = [[self.values(t.shape, t.dtype) for t in fed] for _ in range(steps)]
        elif steps == 1:
            feeds = [feeds]
        self.all.append(Case(f"{name}/{number}", model, feeds, peers))

    def add(self, op, inputs, outputs, options=None, feeds=None, **more):
        case = {key: more.pop(key) for key in ("steps", "peers") if key in more}
        fed = [t for t in inputs if t is not None and t.data is None and not t.is_variable]
        types = [t.dtype for t in (*inputs, *outputs) if t is not None]
        name = f"{op}/{types[0] if types[0] == types[-1] else types[0] + '-' + types[-1]}"
        self.add_model(name, one_op(op, inputs, outputs, options, **more), fed, feeds, **case)
