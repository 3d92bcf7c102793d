"""Exceptions: TensorFlow's classes, each of which is also the Python one that a person expects."""

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Exception):
    """A failed step, graph construction or file operation.

    Attributes:
      message: what happened, the user's own line first where one made the failing node.
      op, node_def: the operation, where it is known.
      error_code: the canonical status code.
    """

    error_code = UNKNOWN

    def __init__(self, node_def, op, message, error_code=None):
        Exception.__init__(self, message)
        self._node_def = node_def
        self._op = op
        self._message = message
        if error_code is not None:
            self.error_code = error_code

    @property
    def message(self):
        return self._message

    @property
    def op(self):
        return self._op

    @property
    def node_def(self):
        return self._node_def

    def __str__(self):
        return self._message

    def __reduce__(self):
        return type(self), (None, None, self._message)


class CancelledError(OpError):
    """The step was cancelled, or its session closed."""

    error_code = CANCELLED


class UnknownError(OpError, RuntimeError):
    """An error without a better class."""

    error_code = UNKNOWN


class InvalidArgumentError(OpError, ValueError):
    """An argument, feed, attribute, shape or graph that cannot be right."""

    error_code = INVALID_ARGUMENT


class DeadlineExceededError(OpError, TimeoutError):
    """The step's or the call's time was over before it finished."""

    error_code = DEADLINE_EXCEEDED


class NotFoundError(OpError, LookupError):
    """A name (op, node, file, resource) that does not exist."""

    error_code = NOT_FOUND


class AlreadyExistsError(OpError, RuntimeError):
    """A name that is taken."""

    error_code = ALREADY_EXISTS


class PermissionDeniedError(OpError, PermissionError):
    """The caller may not do this."""

    error_code = PERMISSION_DENIED


class ResourceExhaustedError(OpError, MemoryError):
    """Memory, disk space or another resource is used up."""

    error_code = RESOURCE_EXHAUSTED


class FailedPreconditionError(OpError, RuntimeError):
    """The state is not one in which this can be done: an uninitialised variable, a closed
    session."""

    error_code = FAILED_PRECONDITION


class AbortedError(OpError, RuntimeError):
    """A conflict with what happened meanwhile, such as a task that was restarted."""

    error_code = ABORTED


class OutOfRangeError(OpError, IndexError):
    """The end of the input was reached."""

    error_code = OUT_OF_RANGE


class UnimplementedError(OpError, NotImplementedError):
    """Not implemented for these types or this device."""

    error_code = UNIMPLEMENTED


class InternalError(OpError, RuntimeError):
    """A fault of Millrace itself."""

    error_code = INTERNAL


class UnavailableError(OpError, ConnectionError):
    """A task that does not answer."""

    error_code = UNAVAILABLE


class DataLossError(OpError, RuntimeError):
    """Data that is damaged or cut off."""

    error_code = DATA_LOSS


class UnauthenticatedError(OpError, PermissionError):
    """The caller is not known."""

    error_code = UNAUTHENTICATED


class OperatorNotAllowedInGraphError(TypeError):
    """Python asks for the value of a tensor of a graph, which has none yet."""


_CLASSES = {cls.error_code: cls for cls in OpError.__subclasses__()}


def exception_type_from_error_code(error_code):
    """The class of a canonical status code. KeyError for a number that is none."""
    return _CLASSES[error_code]


def error_code_from_exception_type(cls):
    """The canonical status code of one of these classes."""
    return cls.error_code
