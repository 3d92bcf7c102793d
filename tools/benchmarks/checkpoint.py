"""Saving and restoring 100 float32 variables of 1,000,000 elements (400 MB) by the session's Saver.

Neither side syncs what the system under test does not sync by itself; MB are 1e6 bytes.
"""

import argparse
import os
import shutil
import tempfile
import time

import numpy as np
from systems import emit, load_system, median


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", choices=["millrace", "tensorflow"], required=True)
    parser.add_argument("--dir", help="where to write (a folder for temporary files)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--variables", type=int, default=100)
    parser.add_argument("--elements", type=int, default=1_000_000)
    options = parser.parse_args()
    api, system = load_system(options.system)
    v1 = api.compat.v1
    values = [
        np.random.RandomState(i).rand(options.elements).astype(np.float32)
        for i in range(options.variables)
    ]
    with api.Graph().as_default():
        value = v1.placeholder(api.float32, [options.elements])
        variables = [
            v1.get_variable(f"v{i}", shape=[options.elements], use_resource=True)
            for i in range(options.variables)
        ]
        assigns = [v.assign(value) for v in variables]
        saver = v1.train.Saver(variables)
        session = v1.Session()
        for assign, array in zip(assigns, values):
            session.run(assign.op, {value: array})
        save_seconds, restore_seconds = [], []
        top = tempfile.mkdtemp(dir=options.dir)
        try:
            for i in range(options.repeats + 1):
                folder = os.path.join(top, str(i))
                os.mkdir(folder)
                start = time.perf_counter()
                saver.save(session, folder + "/model", write_meta_graph=False)
                save_seconds.append(time.perf_counter() - start)
                start = time.perf_counter()
                saver.restore(session, folder + "/model")
                restore_seconds.append(time.perf_counter() - start)
                shutil.rmtree(folder)
            assert np.array_equal(session.run(variables[-1]), values[-1])
        finally:
            shutil.rmtree(top)
    megabytes = options.variables * options.elements * 4 / 1e6
    for name, seconds in (("save", save_seconds[1:]), ("restore", restore_seconds[1:])):
        emit("checkpoint", system, name, megabytes / median(seconds), "MB/s", len(seconds))


if __name__ == "__main__":
    main()
