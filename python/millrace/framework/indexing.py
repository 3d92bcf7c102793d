"""tensor[key]: numpy's basic indexing as one StridedSlice."""

import numpy as np

from millrace import dtypes
from millrace.framework.convert import convert_to_tensor
from millrace.framework.dispatch import apply_op
from millrace.framework.tensor import Tensor


class _Spec:
    """begin, end and strides of a StridedSlice under construction, with its masks."""

    def __init__(self):
        self.begin, self.end, self.strides = [], [], []
        self.masks = dict.fromkeys(
            ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"), 0
        )

    def add(self, begin, end, stride, *masks):
        bit = 1 << len(self.begin)
        for mask in masks:
            self.masks[mask] |= bit
        self.begin.append(begin)
        self.end.append(end)
        self.strides.append(stride)

    def add_slice(self, s):
        masks = []
        if s.start is None:
            masks.append("begin_mask")
        if s.stop is None:
            masks.append("end_mask")
        self.add(
            0 if s.start is None else s.start,
            0 if s.stop is None else s.stop,
            1 if s.step is None else s.step,
            *masks,
        )

    def add_index(self, i):
        end = i + 1 if isinstance(i, Tensor) or i != -1 else 0
        masks = (
            ("shrink_axis_mask",)
            if isinstance(i, Tensor) or i != -1
            else ("shrink_axis_mask", "end_mask")
        )
        self.add(i, end, 1, *masks)


def is_mask(key):
    """True for a boolean tensor or array."""
    if isinstance(key, Tensor):
        return key.dtype.is_bool
    return isinstance(key, np.ndarray) and key.dtype.kind == "b"


def get_item(tensor, key):
    """numpy's basic indexing (integers, slices, None, ...) and boolean masks."""
    if hasattr(key, "_as_tensor"):
        key = key._as_tensor(None)
    if is_mask(key):
        from millrace.ops.gathering import boolean_mask

        return boolean_mask(tensor, key)
    vectors, masks = strided(key)
    return apply_op("StridedSlice", (tensor, *vectors), masks, "strided_slice")


def strided(key):
    """((begin, end, strides), masks) of the strided slice that numpy's basic indexing is."""
    spec = _Spec()
    for item in key if isinstance(key, tuple) else (key,):
        if item is Ellipsis:
            if spec.masks["ellipsis_mask"]:
                raise ValueError("an index may hold one ... at most")
            spec.add(0, 0, 1, "ellipsis_mask")
        elif item is None:
            spec.add(0, 0, 1, "new_axis_mask")
        elif isinstance(item, slice):
            spec.add_slice(item)
        elif isinstance(item, Tensor):
            if not item.dtype.is_integer:
                raise TypeError(f"an index must be an integer, slice, None or ..., got {item!r}")
            spec.add_index(item)
        else:
            try:
                spec.add_index(item.__index__())
            except AttributeError:
                raise TypeError(
                    f"an index must be an integer, slice, None or ..., got {item!r}"
                ) from None
    return _vectors(spec), spec.masks


def _vectors(spec):
    parts = (spec.begin, spec.end, spec.strides)
    tensors = [v for part in parts for v in part if isinstance(v, Tensor)]
    dtype = tensors[0].dtype if tensors else dtypes.int32
    if not tensors and any(abs(v) >= 2**31 for part in parts for v in part):
        dtype = dtypes.int64
    return [convert_to_tensor(part, dtype) for part in parts]
