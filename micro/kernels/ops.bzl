"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is
kReluOp. That of a custom op is the name which models call it by.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "batch_matmul": ["BatchMatmul"],
    "broadcast_args": ["BroadcastArgs"],
    "concatenation": ["Concatenation", "Pack"],
    "control_flow": ["If", "While", "CallOnce"],
    "conv": ["Conv2D", "DepthwiseConv2D"],
    "dynamic_update_slice": ["DynamicUpdateSlice"],
    "fill": ["Fill"],
    "fully_connected": ["FullyConnected"],
    "log_softmax": ["LogSoftmax"],
    "mirror_pad": ["MirrorPad"],
    "pad": ["Pad", "PadV2"],
    "pooling": ["AveragePool2D", "MaxPool2D", "L2Pool2D"],
    "reshape": ["Reshape", "Squeeze", "ExpandDims"],
    "resource_variables": ["VarHandle", "AssignVariable", "ReadVariable"],
    "reverse": ["ReverseV2"],
    "shape": ["Shape", "Rank"],
    "slice": ["Slice"],
    "softmax": ["Softmax"],
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
