"""Clusters for the tests: free ports, and tasks as processes of their own."""

import queue
import socket
import subprocess
import sys
import textwrap
import threading


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def make_cluster(workers=1):
    """One parameter server and some workers, on free ports."""
    ports = free_ports(1 + workers)
    return {
        "ps": [f"127.0.0.1:{ports[0]}"],
        "worker": [f"127.0.0.1:{p}" for p in ports[1:]],
    }


def start_ps(cluster):
    code = f"""
    import millrace as mr
    server = mr.distributed.Server({cluster!r}, "ps", 0)
    print("up", flush=True)
    server.join()
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "up\n"
    return process


class Program:
    """A Python program as a process whose lines can be waited for."""

    def __init__(self, code):
        self._process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []  # all that were waited for
        self._unread = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._unread.put(line.rstrip("\n"))
        self._unread.put(None)

    def wait_for(self, start, timeout=60):
        """The rest of the next line that begins so."""
        while True:
            try:
                line = self._unread.get(timeout=timeout)
            except queue.Empty:
                raise AssertionError(f"no {start!r} for {timeout} s in {self.lines}") from None
            assert line is not None, f"it ended without {start!r}: {self.lines}"
            self.lines.append(line)
            if line.startswith(start):
                return line[len(start) :].strip()

    def wait(self, timeout=60):
        """Its exit status."""
        return self._process.wait(timeout)

    def kill(self):
        self._process.kill()
        self._process.wait()
