"""The interpreter on this machine: millrace.micro as installed, else the source tree's."""

import importlib.util
import pathlib
import sys

if importlib.util.find_spec("millrace") is None:
    sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tools/lib"))
    import micro_package

    micro_package.use_source_tree()

from millrace.micro import Interpreter, MicroError

__all__ = ["Host", "MicroError"]


class Host(Interpreter):
    def run(self, *inputs):
        """The outputs for these inputs, whatever their shapes; state is kept."""
        for i, values in enumerate(inputs):
            self.set_input(values.reshape(self.get_input_details(i)["shape"]), i)
        self.invoke()
        return [self.get_output(i) for i in range(self.num_outputs)]
