"""Ragged tensors: rows of different lengths."""

from millrace.framework.ragged_tensor import RaggedTensorValue
from millrace.ops.feature_crosses import ragged_cross as cross
from millrace.ops.feature_crosses import ragged_cross_hashed as cross_hashed
from millrace.ragged.constants import constant, constant_value, placeholder
from millrace.ragged.elementwise import map_flat_values
from millrace.ragged.functions import (
    boolean_mask,
    range,
    row_splits_to_segment_ids,
    segment_ids_to_row_splits,
    stack,
    stack_dynamic_partitions,
)

__all__ = [
    "RaggedTensorValue",
    "boolean_mask",
    "constant",
    "constant_value",
    "cross",
    "cross_hashed",
    "map_flat_values",
    "placeholder",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
]
