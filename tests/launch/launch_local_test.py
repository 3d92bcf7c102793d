"""tools/launch_local: TF_CONFIG, prefixes, exit statuses, signals, ports."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

LAUNCH = pathlib.Path(__file__).resolve().parents[2] / "tools" / "launch_local"

TASK = """
import json, os, signal, sys, time
config = json.loads(os.environ["TF_CONFIG"])
task = config["task"]
"""


def launch(body, *options, timeout=60):
    command = [sys.executable, str(LAUNCH), "--grace", "2", *options]
    return subprocess.run(
        [*command, "--", sys.executable, "-c", TASK + body],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_each_task_gets_its_tf_config():
    result = launch(
        "print(json.dumps(config))\nif task['type'] == 'ps': time.sleep(60)",
        "--ps",
        "2",
        "--workers",
        "2",
    )
    assert result.returncode == 0, result.stderr
    seen = {}
    for line in result.stdout.splitlines():
        prefix, _, text = line.partition("] ")
        seen[prefix[1:]] = json.loads(text)
    assert set(seen) <= {"ps 0", "ps 1", "worker 0", "worker 1"}
    assert {"worker 0", "worker 1"} <= set(seen)
    clusters = [config["cluster"] for config in seen.values()]
    assert all(cluster == clusters[0] for cluster in clusters)
    addresses = clusters[0]["ps"] + clusters[0]["worker"]
    assert len(set(addresses)) == 4
    assert all(a.startswith("127.0.0.1:") for a in addresses)
    for name, config in seen.items():
        assert name == f"{config['task']['type']} {config['task']['index']}"


def test_the_chief_ends_the_others():
    started = time.monotonic()
    result = launch("if task != {'type': 'worker', 'index': 0}: time.sleep(60)")
    assert result.returncode == 0
    assert time.monotonic() - started < 30


def test_the_first_failure_is_the_exit_status():
    body = "if task == {'type': 'worker', 'index': 1}: sys.exit(7)\ntime.sleep(60)"
    result = launch(body)
    assert result.returncode == 7
    assert "worker 1 exited with status 7" in result.stderr


def test_a_killed_task_is_named_and_gives_the_shells_status():
    body = "if task['type'] == 'ps': os.kill(os.getpid(), signal.SIGKILL)\ntime.sleep(60)"
    result = launch(body)
    assert result.returncode == 128 + signal.SIGKILL
    assert "ps 0 was ended by SIGKILL" in result.stderr


def test_a_taken_port_is_tried_again_with_others(tmp_path):
    mark = tmp_path / "tried"
    body = f"""
mark = {str(mark)!r}
if task == {{'type': 'worker', 'index': 0}}:
    if not os.path.exists(mark):
        open(mark, 'w').write(config['cluster']['worker'][0])
        sys.exit('bind: Address already in use')
    print('second', open(mark).read() != config['cluster']['worker'][0])
else:
    time.sleep(60)
"""
    result = launch(body)
    assert result.returncode == 0, result.stderr
    assert "second True" in result.stdout


def test_a_signal_reaches_every_task():
    body = """
def stop(*_):
    print('stopping', flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, stop)
print('ready', flush=True)
time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, str(LAUNCH), "--", sys.executable, "-c", TASK + body],
        stdout=subprocess.PIPE,
        text=True,
    )
    ready = 0
    lines = []
    while ready < 3:
        line = process.stdout.readline()
        ready += "ready" in line
        lines.append(line)
    os.kill(process.pid, signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(30) == 130
    assert rest.count("stopping") == 3


def test_nothing_to_run_is_a_usage_error():
    result = subprocess.run(
        [sys.executable, str(LAUNCH)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "say what to run" in result.stderr
    result = subprocess.run(
        [sys.executable, str(LAUNCH), "--", "no-such-command-here"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "no-such-command-here" in result.stderr
