"""Real numbers to a tensor's and back."""

import numpy as np

from millrace.micro.model_file import numpy_type_of


def quantize(values, tensor):
    """Real values as the tensor's type; integers without a scale are rounded."""
    dtype = np.dtype(numpy_type_of(tensor.type))
    if dtype.kind == "f":
        return np.asarray(values, dtype)
    scaled = np.asarray(values, np.float64)
    if tensor.scales:
        scaled = scaled / tensor.scales[0] + (tensor.zero_points[0] if tensor.zero_points else 0)
    limits = np.iinfo(dtype) if dtype.kind in "iu" else None
    if limits is None:
        return scaled.astype(dtype)
    return np.clip(np.round(scaled), limits.min, limits.max).astype(dtype)


def dequantize(array, tensor):
    if not tensor.scales or array.dtype.kind == "f":
        return array
    zero_point = tensor.zero_points[0] if tensor.zero_points else 0
    return (array.astype(np.float64) - zero_point) * tensor.scales[0]
