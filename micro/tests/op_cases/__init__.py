"""Models of one op each, with random weights and inputs; one module a family. `FAMILIES` names the
functions that add a family's cases."""

from op_cases import (
    detection,
    elementwise,
    graphs,
    layers,
    moves,
    rare,
    recurrent,
    reductions,
    signal,
)

FAMILIES = {
    "moves": moves.add_cases,
    "reductions": reductions.add_cases,
    "elementwise": elementwise.add_cases,
    "layers": layers.add_cases,
    "recurrent": recurrent.add_cases,
    "graphs": graphs.add_cases,
    "signal": signal.add_cases,
    "detection": detection.add_cases,
    "rare": rare.add_cases,
}
