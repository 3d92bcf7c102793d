"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is
kReluOp. That of a custom op is the name which models call it by.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "arg_min_max": ["ArgMax", "ArgMin"],
    "batch_matmul": ["BatchMatmul"],
    "broadcast_args": ["BroadcastArgs"],
    "concatenation": ["Concatenation", "Pack"],
    "control_flow": ["If", "While", "CallOnce"],
    "cumsum": ["Cumsum"],
    "dynamic_update_slice": ["DynamicUpdateSlice"],
    "embedding_lookup": ["EmbeddingLookup"],
    "fill": ["Fill"],
    "fully_connected": ["FullyConnected"],
    "gather": ["Gather"],
    "gather_nd": ["GatherNd", "ScatterNd"],
    "l2_normalization": ["L2Normalization"],
    "mirror_pad": ["MirrorPad"],
    "pad": ["Pad", "PadV2"],
    "reduce_max": ["ReduceMax", "ReduceMin", "ReduceAll", "ReduceAny"],
    "reduce_sum": ["Mean", "Sum", "ReduceProd"],
    "reshape": ["Reshape", "Squeeze", "ExpandDims"],
    "resize_bilinear": ["ResizeBilinear"],
    "resize_nearest_neighbor": ["ResizeNearestNeighbor"],
    "resource_variables": ["VarHandle", "AssignVariable", "ReadVariable"],
    "reverse": ["ReverseV2"],
    "shape": ["Shape", "Rank"],
    "slice": ["Slice"],
    "space_to_batch_nd": ["SpaceToBatchNd", "BatchToSpaceNd"],
    "space_to_depth": ["SpaceToDepth", "DepthToSpace"],
    "split": ["Split", "SplitV", "Unpack"],
    "strided_slice": ["StridedSlice"],
    "svdf": ["Svdf"],
    "tile": ["Tile", "BroadcastTo"],
    "transpose": ["Transpose"],
    "transpose_conv": ["TransposeConv"],
    "unidirectional_sequence_lstm": ["UnidirectionalSequenceLstm"],
}
