"""TensorFlow as the tests call it: in one process of its own, started when it is first needed."""

import importlib.util
import json
import pathlib
import select
import subprocess
import sys

import pytest

TIMEOUT = 300  # seconds


class Peer:
    """peer.name(arguments): calls the function `name` of tensorflow_peer.py in its process.

    Arguments and results are what JSON can say; arrays go as arrays.pack makes them.
    """

    def __init__(self):
        script = pathlib.Path(__file__).with_name("tensorflow_peer.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __getattr__(self, name):
        def call(*args):
            self._process.stdin.write(json.dumps([name, args]) + "\n")
            self._process.stdin.flush()
            answered, _, _ = select.select([self._process.stdout], [], [], TIMEOUT)
            if not answered:
                self._process.kill()
                raise AssertionError(f"TensorFlow did not answer {name} within {TIMEOUT} s")
            answer = self._process.stdout.readline()
            if not answer:
                raise AssertionError(f"TensorFlow's process died in {name}")
            ok, result = json.loads(answer)
            if not ok:
                raise AssertionError(f"TensorFlow failed in {name}:\n{result}")
            return result

        return call

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=60)


@pytest.fixture(scope="session")
def peer():
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("tensorflow is not installed")
    made = Peer()
    yield made
    made.close()
