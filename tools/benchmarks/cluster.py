"""Processes of a benchmark's cluster: the parent starts them and talks to them over pipes."""

import json
import socket
import subprocess
import sys


def free_addresses(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    finally:
        for s in sockets:
            s.close()


class Cluster:
    """Parameter servers and workers, each running `program` with --role and --task.

    A context manager; leaving it closes the pipes, at which every child ends, and waits.
    """

    def __init__(self, program, servers, workers, arguments):
        addresses = free_addresses(servers + workers)
        self.spec = {"ps": addresses[:servers], "worker": addresses[servers:]}
        self.command = [sys.executable, program, *arguments, "--cluster", json.dumps(self.spec)]
        self.all = []
        self.workers = []

    def __enter__(self):
        try:
            servers = [self._start("ps", i) for i in range(len(self.spec["ps"]))]
            for server in servers:
                self._expect_ready(server)
            # The chief first: the others then find everything initialised.
            for i in range(len(self.spec["worker"])):
                self.workers.append(self._start("worker", i))
                self._expect_ready(self.workers[-1])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.all:
            child.stdin.close()
        for child in self.all:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _start(self, role, task):
        child = subprocess.Popen(
            [*self.command, "--role", role, "--task", str(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.all.append(child)
        return child

    @staticmethod
    def _expect_ready(child):
        line = child.stdout.readline().strip()
        if line != "READY":
            raise RuntimeError(f"a task of the cluster did not start: {line!r}")

    def tell(self, child, word):
        child.stdin.write(word + "\n")
        child.stdin.flush()

    def hear(self, child):
        return json.loads(child.stdout.readline())


def say_ready_and_wait():
    """In a child: until the parent says the next word, or is gone."""
    print("READY", flush=True)
    return sys.stdin.readline()


def say(value):
    print(json.dumps(value), flush=True)
    return sys.stdin.readline()
