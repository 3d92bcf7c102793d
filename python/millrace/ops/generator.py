"""Generator: a source of random numbers with a state of its own."""

import secrets

from millrace import dtypes
from millrace._load import public
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.variable import Variable
from millrace.ops import stateless
from millrace.ops.array import _shape_arg

# Numbers that one step of the counter may be asked for: TensorFlow leaves this much room.
_ROOM = 256


@public
def create_rng_state(seed, alg):
    """The start of a state, int64 [3]: two words of counter and one of key, from a seed."""
    stateless.algorithm_number(alg)
    seed = convert_to_tensor(seed, dtype_hint=dtypes.int64)
    flat = apply_op("Reshape", (apply_op("Cast", (seed,), {"DstT": dtypes.int64}), [-1]))
    if flat.shape[0] is not None and flat.shape[0] > 3:
        flat = flat[:3]
    given = flat.shape[0]
    if given == 3:
        return flat
    # A seed of one number is the low word of the counter; of two they are the last two.
    zeros = convert_to_tensor([0] * (3 - given), dtypes.int64)
    return apply_op("ConcatV2", ([flat, zeros] if given == 1 else [zeros, flat], 0))


class Generator:
    """Random numbers by Philox. Each call moves the state on.

    Attributes:
      state: an int64 variable [3]: counter (low, high) and key.
    """

    @public
    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            if state is not None or alg is not None:
                raise ValueError("give copy_from alone, or state and alg")
            state, alg = copy_from.state.value(), copy_from.algorithm
        if state is None or alg is None:
            raise ValueError("a Generator needs copy_from, or state and alg")
        self._alg = stateless.algorithm_number(alg)
        state = convert_to_tensor(state, dtypes.int64)
        self._state = Variable(state, trainable=False, name="StateVar")

    @classmethod
    def from_state(cls, state, alg):
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed, alg=None):
        """A generator that the seed, one integer or a vector, determines."""
        alg = "philox" if alg is None else alg
        return cls(state=create_rng_state(seed, alg), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """A generator that gives other numbers each time."""
        state = [secrets.randbits(63) for _ in range(3)]
        return cls(state=convert_to_tensor(state, dtypes.int64), alg=alg or "philox")

    @classmethod
    def from_key_counter(cls, key, counter, alg):
        """A generator of a key, an integer, and a counter of two."""
        key, counter = (
            convert_to_tensor(key, dtypes.int64),
            convert_to_tensor(counter, dtypes.int64),
        )
        key.shape.assert_is_compatible_with([])
        counter.shape.assert_is_compatible_with([2])
        parts = [counter, apply_op("Reshape", (key, [1]))]
        return cls(state=apply_op("ConcatV2", (parts, 0)), alg=alg)

    @property
    def state(self):
        return self._state

    @property
    def algorithm(self):
        return self._alg

    @property
    def key(self):
        return self._state.value()[2]

    @public
    def reset(self, state):
        """Gives it another state."""
        self._state.assign(convert_to_tensor(state, dtypes.int64))

    @public
    def reset_from_seed(self, seed):
        self._state.assign(create_rng_state(seed, self._alg))

    @public
    def reset_from_key_counter(self, key, counter):
        parts = [convert_to_tensor(counter, dtypes.int64)]
        parts.append(apply_op("Reshape", (convert_to_tensor(key, dtypes.int64), [1])))
        self._state.assign(apply_op("ConcatV2", (parts, 0)))

    @public
    def skip(self, delta):
        """Moves the counter on as drawing `delta` numbers would. Returns the state before."""
        before = apply_op("Identity", (self._state.value(),))
        step = apply_op("Cast", (delta,), {"DstT": dtypes.int64}) * _ROOM
        unsigned = apply_op("Bitcast", (before,), {"type": dtypes.uint64})
        low = before[0] + step
        # The sum of the low words, as unsigned numbers, is less than one of them on overflow.
        new_low = apply_op("Bitcast", (low,), {"type": dtypes.uint64})
        carry = apply_op(
            "Cast", (apply_op("Less", (new_low, unsigned[0])),), {"DstT": dtypes.int64}
        )
        self._state.assign(apply_op("Pack", ([low, before[1] + carry, before[2]],), {"axis": 0}))
        return before

    def _draw(self, shape):
        """(key, counter, algorithm) for a tensor of that shape."""
        count = apply_op("Prod", (_shape_arg(shape), [0]))
        state = apply_op("Bitcast", (self.skip(count),), {"type": dtypes.uint64})
        return state[2:], state[:2], self._alg

    @public
    def normal(self, shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
        """Normally distributed numbers."""
        op = "StatelessRandomNormalV2"
        return stateless.normal_by(op, self._draw(shape), shape, mean, stddev, dtype, name)

    @public
    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None):
        """Normally distributed numbers, none farther than two standard deviations from the mean."""
        op = "StatelessTruncatedNormalV2"
        return stateless.normal_by(op, self._draw(shape), shape, mean, stddev, dtype, name)

    @public
    def uniform(self, shape, minval=0, maxval=None, dtype=dtypes.float32, name=None):
        """Numbers of [minval, maxval), evenly distributed; integers need maxval."""
        if dtypes.as_dtype(dtype).is_integer and (minval is None or maxval is None):
            raise ValueError(f"uniform: {dtypes.as_dtype(dtype).name} needs minval and maxval")
        return stateless.uniform_by(self._draw(shape), shape, minval, maxval, dtype, name)

    @public
    def uniform_full_int(self, shape, dtype=dtypes.uint64, name=None):
        """Integers of the full range of the dtype."""
        return stateless.uniform_by(self._draw(shape), shape, None, None, dtype, name)

    @public
    def binomial(self, shape, counts, probs, dtype=dtypes.int32, name=None):
        """How many of `counts` trials succeed with probability `probs`, which broadcast to the last
        dimensions of `shape`."""
        counts = convert_to_tensor(counts, dtype_hint=dtypes.float32)
        probs = convert_to_tensor(probs, counts.dtype)
        algorithm = convert_to_tensor(self._alg, dtypes.int64)
        args = (self._state.handle, algorithm, _shape_arg(shape), counts, probs)
        return apply_op("StatefulRandomBinomial", args, {"dtype": dtypes.as_dtype(dtype)}, name)

    @public
    def make_seeds(self, count=1):
        """int64 [2, count]: a column for each stateless function's seed."""
        low = self.uniform_full_int([count], dtypes.int64)
        return apply_op("Pack", ([low, apply_op("ZerosLike", (low,))],), {"axis": 0})

    @public
    def split(self, count=1):
        """A list of generators whose numbers are independent of each other and of this one's."""
        keys = self.uniform_full_int([count], dtypes.int64)
        zeros = convert_to_tensor([0, 0], dtypes.int64)
        return [
            Generator(state=apply_op("ConcatV2", ([zeros, keys[i : i + 1]], 0)), alg=self._alg)
            for i in range(count)
        ]


_global = None


@public
def get_global_generator():
    """The generator of this process, made when it is first asked for."""
    global _global
    if _global is None:
        _global = Generator.from_non_deterministic_state()
    return _global


@public
def set_global_generator(generator):
    global _global
    _global = generator
