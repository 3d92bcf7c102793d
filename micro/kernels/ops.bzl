"""Every op: the file that holds it (FILE.cc, FILE.h, FILE_test.cc) and the names of its registrations: "Relu" is
kReluOp. That of a custom op is the name which models call it by.

The resolver of all ops, the generator of resolvers and the exporter read this list. Keep it sorted.
"""

MICRO_OPS = {
    "control_flow": ["If", "While", "CallOnce"],
    "fully_connected": ["FullyConnected"],
    "resource_variables": ["VarHandle", "AssignVariable", "ReadVariable"],
}
