"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is
kReluOp. That of a custom op is the name which models call it by.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "add_n": ["AddN"],
    "add_sub": ["Add", "Sub"],
    "batch_matmul": ["BatchMatmul"],
    "broadcast_args": ["BroadcastArgs"],
    "comparisons": ["Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"],
    "concatenation": ["Concatenation", "Pack"],
    "control_flow": ["If", "While", "CallOnce"],
    "div": ["Div"],
    "dynamic_update_slice": ["DynamicUpdateSlice"],
    "fill": ["Fill"],
    "floor_div_mod": ["FloorDiv", "FloorMod"],
    "fully_connected": ["FullyConnected"],
    "logical": ["LogicalAnd", "LogicalOr", "LogicalNot"],
    "maximum_minimum": ["Maximum", "Minimum"],
    "mirror_pad": ["MirrorPad"],
    "mul": ["Mul"],
    "pad": ["Pad", "PadV2"],
    "pow": ["Pow"],
    "reshape": ["Reshape", "Squeeze", "ExpandDims"],
    "resource_variables": ["VarHandle", "AssignVariable", "ReadVariable"],
    "reverse": ["ReverseV2"],
    "select": ["Select", "SelectV2"],
    "shape": ["Shape", "Rank"],
    "slice": ["Slice"],
    "space_to_batch_nd": ["SpaceToBatchNd", "BatchToSpaceNd"],
    "space_to_depth": ["SpaceToDepth", "DepthToSpace"],
    "split": ["Split", "SplitV", "Unpack"],
    "squared_difference": ["SquaredDifference"],
    "strided_slice": ["StridedSlice"],
    "svdf": ["Svdf"],
    "tile": ["Tile", "BroadcastTo"],
    "transpose": ["Transpose"],
    "transpose_conv": ["TransposeConv"],
    "unidirectional_sequence_lstm": ["UnidirectionalSequenceLstm"],
}
