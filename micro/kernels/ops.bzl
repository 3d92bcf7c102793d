"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is
kReluOp. That of a custom op is the name which models call it by.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "add_n": ["AddN"],
    "add_sub": ["Add", "Sub"],
    "comparisons": ["Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"],
    "control_flow": ["If", "While", "CallOnce"],
    "div": ["Div"],
    "floor_div_mod": ["FloorDiv", "FloorMod"],
    "fully_connected": ["FullyConnected"],
    "logical": ["LogicalAnd", "LogicalOr", "LogicalNot"],
    "maximum_minimum": ["Maximum", "Minimum"],
    "mul": ["Mul"],
    "pow": ["Pow"],
    "resource_variables": ["VarHandle", "AssignVariable", "ReadVariable"],
    "select": ["Select", "SelectV2"],
    "squared_difference": ["SquaredDifference"],
    "svdf": ["Svdf"],
    "unidirectional_sequence_lstm": ["UnidirectionalSequenceLstm"],
}
