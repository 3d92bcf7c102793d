"""TensorFlow's side of conftest.Peer: answers calls that come as lines of JSON."""

import json
import os
import sys
import traceback

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import programs
import session_programs
import tensorflow as tf
import tensorflow_checkpoints
import tensorflow_events
import tensorflow_graphs
import tensorflow_models

MODULES = (tensorflow_checkpoints, tensorflow_events, tensorflow_graphs, tensorflow_models)


def call(name, args):
    if name == "run_program":
        module = programs if hasattr(programs, args[0]) else session_programs
        return getattr(module, args[0])(tf.compat.v1, *args[1:])
    function = next(getattr(module, name) for module in MODULES if hasattr(module, name))
    return function(*args)


def main():
    # Nothing but answers goes to the real standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            answer = [True, call(*json.loads(line))]
        except Exception:
            answer = [False, traceback.format_exc()]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
