"""Starting a training session: the chief initialises or restores, once; the others wait for it."""

import logging
import os
import sys
import time

from millrace import errors
from millrace.session.session import Session
from millrace.train.checkpoint_state import get_checkpoint_state, latest_checkpoint

log = logging.getLogger("millrace")
_POLL_SECONDS = 0.2
_STATUS_SECONDS = 10


def _uninitialized(session, scaffold):
    found = session.run(scaffold.ready_op)
    if isinstance(found, dict):
        return [name for name, initialized in found.items() if not initialized]
    return [name.decode() for name in found]


def prepare_as_chief(master, graph, scaffold, checkpoint_dir, config, checkpoint_path=None):
    """A session whose variables have values: those that live already, a checkpoint's
    (checkpoint_path, or the last one in checkpoint_dir), or the initial ones."""
    session = Session(master, graph, config)
    try:
        if _uninitialized(session, scaffold):
            _give_values(session, scaffold, checkpoint_dir, checkpoint_path)
            missing = _uninitialized(session, scaffold)
            if missing:
                raise RuntimeError(
                    f"variables without a value after initialisation: {', '.join(missing[:10])}"
                )
        session.run(scaffold.local_init_op)
    except BaseException:
        session.close()
        raise
    return session


def _give_values(session, scaffold, checkpoint_dir, checkpoint_path):
    if checkpoint_path:
        scaffold.saver.restore(session, checkpoint_path)
        return
    folder = checkpoint_dir if checkpoint_dir and os.path.isdir(checkpoint_dir) else None
    path = latest_checkpoint(folder) if folder else None
    if path is not None:
        _restore(session, scaffold, folder, path)
    else:
        session.run(scaffold.init_op, scaffold.init_feed_dict)
        scaffold.init_fn(session)


def _restore(session, scaffold, checkpoint_dir, path):
    """Restores the latest checkpoint that is whole: a damaged one is skipped, with a warning."""
    state = get_checkpoint_state(checkpoint_dir)
    candidates = [path] + [p for p in reversed(state.all_model_checkpoint_paths) if p != path]
    for candidate in candidates:
        try:
            scaffold.saver.restore(session, candidate)
        except (errors.DataLossError, ValueError) as error:
            if candidate == candidates[-1]:
                raise
            log.warning(
                "the checkpoint %s cannot be used (%s); trying the one before", candidate, error
            )
            continue
        scaffold.saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        log.info("restored the checkpoint %s", candidate)
        return


def wait_for_chief(master, graph, scaffold, config, max_wait_secs=7200, stream=None):
    """A session, once the chief has given all variables values; says every 10 seconds what it
    waits for."""
    stream = sys.stderr if stream is None else stream
    start = said = time.monotonic()
    while True:
        session, waiting_for = None, ""
        try:
            session = Session(master, graph, config)
            missing = _uninitialized(session, scaffold)
            if not missing:
                session.run(scaffold.local_init_op)
                return session
            waiting_for = (
                f"{len(missing)} variables without a value ({', '.join(missing[:3])}, ...)"
            )
        except (
            errors.UnavailableError,
            errors.AbortedError,
            errors.FailedPreconditionError,
        ) as error:
            waiting_for = str(error)
        if session is not None:
            session.close()
        now = time.monotonic()
        if now - start > max_wait_secs:
            raise errors.DeadlineExceededError(
                None, None, f"waited {max_wait_secs} s for the chief: {waiting_for}"
            )
        if now - said >= _STATUS_SECONDS:
            said = now
            print(
                f"millrace: waiting for the chief for {now - start:.0f} s: {waiting_for}",
                file=stream,
                flush=True,
            )
        time.sleep(_POLL_SECONDS)
