"""What tests of ctrl-C need where the tests themselves were started in the background: there
SIGINT is ignored, by child processes too."""

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
