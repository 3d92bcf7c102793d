"""tf.logging: messages to standard error."""

import logging as _logging

DEBUG, INFO, WARN, ERROR, FATAL = (
    _logging.DEBUG,
    _logging.INFO,
    _logging.WARNING,
    _logging.ERROR,
    _logging.FATAL,
)
_counters = {}


def _logger():
    logger = _logging.getLogger("millrace")
    if not logger.handlers and not _logging.getLogger().handlers:
        handler = _logging.StreamHandler()
        handler.setFormatter(_logging.Formatter("%(levelname)s:millrace:%(message)s"))
        logger.addHandler(handler)
    return logger


def log(level, msg, *args, **kwargs):
    _logger().log(level, msg, *args, **kwargs)


def debug(msg, *args, **kwargs):
    _logger().debug(msg, *args, **kwargs)


def info(msg, *args, **kwargs):
    _logger().info(msg, *args, **kwargs)


def warning(msg, *args, **kwargs):
    _logger().warning(msg, *args, **kwargs)


def error(msg, *args, **kwargs):
    _logger().error(msg, *args, **kwargs)


def fatal(msg, *args, **kwargs):
    _logger().fatal(msg, *args, **kwargs)


warn = warning


def vlog(level, msg, *args, **kwargs):
    _logger().log(level, msg, *args, **kwargs)


def log_if(level, msg, condition, *args):
    """Only if the condition holds."""
    if condition:
        log(level, msg, *args)


def log_every_n(level, msg, n, *args):
    """Of the calls with this message every n-th."""
    count = _counters.get(msg, 0)
    _counters[msg] = count + 1
    if count % n == 0:
        log(level, msg, *args)


def log_first_n(level, msg, n, *args):
    """Of the calls with this message the first n."""
    count = _counters.get(msg, 0)
    _counters[msg] = count + 1
    if count < n:
        log(level, msg, *args)


def flush():
    for handler in _logger().handlers:
        handler.flush()


def get_verbosity():
    """The level from which messages are shown."""
    return _logger().getEffectiveLevel()


def set_verbosity(v):
    _logger().setLevel(v)
