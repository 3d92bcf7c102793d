"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is
kReluOp. That of a custom op is the name which models call it by.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "batch_matmul": ["BatchMatmul"],
    "control_flow": ["If", "While", "CallOnce"],
    "fully_connected": ["FullyConnected"],
    "resource_variables": ["VarHandle", "AssignVariable", "ReadVariable"],
    "svdf": ["Svdf"],
    "transpose_conv": ["TransposeConv"],
    "unidirectional_sequence_lstm": ["UnidirectionalSequenceLstm"],
}
