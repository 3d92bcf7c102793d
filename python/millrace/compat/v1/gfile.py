"""tf.gfile: files and folders under the names of TensorFlow 1."""

from millrace.framework import gfile as _gfile
from millrace.framework.gfile import GFile

Open = FastGFile = GFile
Copy, Exists, Glob, IsDirectory = _gfile.copy, _gfile.exists, _gfile.glob, _gfile.isdir
ListDirectory, MakeDirs, MkDir = _gfile.listdir, _gfile.makedirs, _gfile.mkdir
Remove, Rename, DeleteRecursively = _gfile.remove, _gfile.rename, _gfile.rmtree
Stat, Walk = _gfile.stat, _gfile.walk
