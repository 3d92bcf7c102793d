"""Tells the extension of the classes and functions that it calls. Imported once, by the package."""

import os

import numpy as np

from millrace import _arrays, dtypes, errors
from millrace._load import native
from millrace.framework import py_functions
from millrace.framework.eager_tensor import EagerTensor, binary_operator

native.set_package_folder(os.path.dirname(os.path.abspath(__file__)))
native.set_hooks(
    as_dtype=dtypes.as_dtype,
    dtypes=dtypes.by_enum,
    as_array=_arrays.as_array,
    object_array=_arrays.object_array,
    numpy_dtypes=dtypes.numpy_dtypes,
    ndarray=np.ndarray,
    error_classes=errors._CLASSES,
    eager_tensor=EagerTensor,
    binary_operator=binary_operator,
    call_function=py_functions.call,
)
