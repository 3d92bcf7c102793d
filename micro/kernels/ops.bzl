"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is kReluOp.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "fully_connected": ["FullyConnected"],
    "svdf": ["Svdf"],
    "unidirectional_sequence_lstm": ["UnidirectionalSequenceLstm"],
}
