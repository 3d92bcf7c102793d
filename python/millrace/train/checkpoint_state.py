"""The file `checkpoint` of a folder: which checkpoints are there, the latest last."""

import os
import re
import time

from millrace._load import public

_FIELD = re.compile(r'^\s*(\w+)\s*:\s*("(?:[^"\\]|\\.)*"|[-+.\w]+)\s*$')


class CheckpointState:
    """What the file says; paths are those of the files."""

    def __init__(
        self, model_checkpoint_path, all_model_checkpoint_paths, all_model_checkpoint_timestamps=()
    ):
        self.model_checkpoint_path = model_checkpoint_path
        self.all_model_checkpoint_paths = list(all_model_checkpoint_paths)
        self.all_model_checkpoint_timestamps = list(all_model_checkpoint_timestamps)


def _quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _unquote(text):
    return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1), text[1:-1])


def replace_file(path, data):
    """Writes a file so that a crash leaves the old one or the new one: a temporary name, synced,
    renamed."""
    folder = os.path.dirname(path) or "."
    temporary = f"{path}.tmp{os.getpid()}"
    try:
        with open(temporary, "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@public
def update_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    latest_filename=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """Writes the file. Paths inside the folder are written relative to it, so that the folder can
    be moved."""

    def relative(path):
        inside = os.path.relpath(os.path.abspath(path), os.path.abspath(save_dir))
        return path if inside.startswith("..") else inside

    paths = list(all_model_checkpoint_paths or ())
    if model_checkpoint_path not in paths:
        paths.append(model_checkpoint_path)
    times = list(all_model_checkpoint_timestamps or ())
    times += [time.time()] * (len(paths) - len(times))
    lines = [f"model_checkpoint_path: {_quote(relative(model_checkpoint_path))}"]
    lines += [f"all_model_checkpoint_paths: {_quote(relative(p))}" for p in paths]
    lines += [f"all_model_checkpoint_timestamps: {t!r}" for t in times]
    if last_preserved_timestamp is not None:
        lines.append(f"last_preserved_timestamp: {last_preserved_timestamp!r}")
    replace_file(
        os.path.join(save_dir, latest_filename or "checkpoint"), ("\n".join(lines) + "\n").encode()
    )


@public
def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """The CheckpointState of a folder; None if it has no such file. ValueError if the file is
    damaged."""
    path = os.path.join(checkpoint_dir, latest_filename or "checkpoint")
    try:
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        return None
    latest, paths, times = None, [], []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _FIELD.match(line)
        if match is None:
            raise ValueError(f"{path}: cannot read the line {line!r}")
        key, value = match.groups()
        if key == "model_checkpoint_path":
            latest = os.path.join(checkpoint_dir, _unquote(value))
        elif key == "all_model_checkpoint_paths":
            paths.append(os.path.join(checkpoint_dir, _unquote(value)))
        elif key == "all_model_checkpoint_timestamps":
            times.append(float(value))
    return CheckpointState(latest, paths, times) if latest else None


@public
def checkpoint_exists(checkpoint_prefix):
    """True if there is a checkpoint of that prefix."""
    return os.path.exists(f"{checkpoint_prefix}.index")


@public
def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The prefix of the latest checkpoint of a folder that is really there, or None."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    for path in (state.model_checkpoint_path, *reversed(state.all_model_checkpoint_paths)):
        if checkpoint_exists(path):
            return path
    return None
