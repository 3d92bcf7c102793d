"""Files and folders, under the names of tf.io.gfile."""

import builtins
import glob as _glob
import os
import shutil

from millrace import errors
from millrace._load import public

__all__ = [
    "GFile",
    "copy",
    "exists",
    "get_registered_schemes",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


class _errors_of:
    """Errors of the system become TensorFlow's: NotFoundError, AlreadyExistsError and so on."""

    _CLASSES = (
        (FileNotFoundError, "NotFoundError"),
        (FileExistsError, "AlreadyExistsError"),
        (PermissionError, "PermissionDeniedError"),
        (NotADirectoryError, "FailedPreconditionError"),
        (IsADirectoryError, "FailedPreconditionError"),
        (OSError, "UnknownError"),
    )

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None or isinstance(error, errors.OpError) or not isinstance(error, OSError):
            return
        name = next(name for cls, name in self._CLASSES if isinstance(error, cls))
        text = f"{_path(self._path)}; {os.strerror(error.errno) if error.errno else error}"
        raise getattr(errors, name)(None, None, text) from None


def _path(path):
    return os.fsdecode(path)


class GFile:
    """A file: mode "r", "w", "a", with "b" for bytes, with "+" for both. Opened when it is used.

    NotFoundError if there is none to read.
    """

    @public
    def __init__(self, name, mode="r"):
        if mode.replace("b", "") not in ("r", "w", "a", "r+", "w+", "a+"):
            raise errors.InvalidArgumentError(None, None, f"there is no mode {mode!r}")
        self._name, self._mode, self._file = _path(name), mode, None

    name = property(lambda self: self._name)
    mode = property(lambda self: self._mode)

    def _open(self):
        if self._file is None:
            with _errors_of(self._name):
                self._file = builtins.open(self._name, self._mode)
        return self._file

    def _readable(self):
        if not set(self._mode) & set("r+"):
            raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
        return self._open()

    @public
    def read(self, n=-1):
        with _errors_of(self._name):
            return self._readable().read(n)

    @public
    def readline(self):
        with _errors_of(self._name):
            return self._readable().readline()

    @public
    def readlines(self):
        with _errors_of(self._name):
            return self._readable().readlines()

    @public
    def write(self, file_content):
        if not set(self._mode) & set("wa+"):
            raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
        with _errors_of(self._name):
            self._open().write(file_content)

    def size(self):
        return stat(self._name).length

    def seek(self, offset, whence=0):
        self._open().seek(offset, whence)

    def tell(self):
        return self._open().tell()

    def flush(self):
        if self._file is not None:
            self._file.flush()

    def close(self):
        if self._file is not None:
            self._file.close()
            self._file = None

    def seekable(self):
        return True

    def __iter__(self):
        return iter(self._readable())

    def __next__(self):
        return next(self._readable())

    def __enter__(self):
        if "w" in self._mode or "a" in self._mode:
            self._open()
        return self

    def __exit__(self, *exc):
        self.close()


@public
def exists(path):
    """Whether there is a file or folder of that name."""
    return os.path.exists(_path(path))


@public
def isdir(path):
    return os.path.isdir(_path(path))


@public
def glob(pattern):
    """The names that match a pattern, or one of several."""
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    return [name for p in patterns for name in sorted(_glob.glob(_path(p)))]


@public
def listdir(path):
    """The names in a folder. NotFoundError if there is none."""
    with _errors_of(path):
        if not os.path.isdir(_path(path)):
            raise errors.NotFoundError(None, None, f"Could not find directory {_path(path)}")
        return os.listdir(_path(path))


@public
def makedirs(path):
    """Makes a folder, and those around it; one that is there already is left as it is."""
    with _errors_of(path):
        os.makedirs(_path(path), exist_ok=True)


@public
def mkdir(path):
    """Makes a folder, if it is not there. NotFoundError if the one around it is not."""
    with _errors_of(path):
        if not isdir(path):
            os.mkdir(_path(path))


@public
def remove(path):
    """Deletes a file. NotFoundError if there is none."""
    with _errors_of(path):
        os.remove(_path(path))


@public
def rmtree(path):
    """Deletes a folder and all in it."""
    with _errors_of(path):
        shutil.rmtree(_path(path))


@public
def copy(src, dst, overwrite=False):
    """Copies a file. AlreadyExistsError if there is one of that name, unless overwrite is set."""
    with _errors_of(src):
        if os.path.exists(_path(dst)) and not overwrite:
            raise errors.AlreadyExistsError(None, None, f"file already exists: {_path(dst)}")
        shutil.copyfile(_path(src), _path(dst))


@public
def rename(src, dst, overwrite=False):
    """Gives a file another name. AlreadyExistsError as for copy()."""
    with _errors_of(src):
        if os.path.exists(_path(dst)) and not overwrite:
            raise errors.AlreadyExistsError(None, None, f"file already exists: {_path(dst)}")
        os.replace(_path(src), _path(dst))


class FileStatistics:
    """length: bytes; mtime_nsec: when it was changed; is_directory."""

    def __init__(self, length, mtime_nsec, is_directory):
        self.length, self.mtime_nsec, self.is_directory = length, mtime_nsec, is_directory


@public
def stat(path):
    """FileStatistics of a file."""
    with _errors_of(path):
        found = os.stat(_path(path))
        return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(_path(path)))


@public
def walk(top, topdown=True, onerror=None):
    """(folder, folders in it, files in it), folder by folder."""
    return os.walk(_path(top), topdown, onerror)


@public
def join(path, *paths):
    return os.path.join(_path(path), *map(_path, paths))


@public
def get_registered_schemes():
    """Which kinds of file systems there are: local files."""
    return ["", "file"]
