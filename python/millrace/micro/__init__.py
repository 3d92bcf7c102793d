"""The interpreter for small devices, on this machine: runs .tflite models as a device would.

    from millrace.micro import Interpreter

    interpreter = Interpreter.from_file("model.tflite")
    interpreter.set_input(pixels, 0)
    interpreter.invoke()
    print(interpreter.get_output(0))

`millrace micro --help` lists the tools around it. docs/micro.md tells how it works.
"""

from millrace.micro.interpreter import Interpreter, InterpreterConfig, MicroError

__all__ = ["Interpreter", "InterpreterConfig", "MicroError"]
