"""How functions are converted: their source, names, lines and cells; what is left alone."""

import inspect
import logging
import subprocess
import sys

import millrace as mr
import pytest

_SOURCE = '''"""A module that a test writes."""


def early(x):
    """Its text."""
    for i in range(3):
        if i == x:
            return i
    return -1


class Private:
    __secret = 4

    def above(self, x, *, by=__secret):
        return x + by if x > self.__secret else x
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "module_of_a_test.py").write_text(_SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    import module_of_a_test

    yield module_of_a_test
    del sys.modules["module_of_a_test"]


def test_a_converted_function_keeps_its_description(module):
    made = mr.autograph.to_graph(module.early)
    assert made is not module.early
    assert (made.__name__, made.__qualname__, made.__doc__) == ("early", "early", "Its text.")
    assert made.__code__.co_filename == module.__file__
    assert inspect.signature(made) == inspect.signature(module.early)
    assert [made(i) for i in range(5)] == [0, 1, 2, -1, -1]


def test_private_names_and_defaults_of_methods(module):
    thing = module.Private()
    above = mr.function(thing.above)
    assert above(mr.constant(5)) == 9
    assert above(mr.constant(3), by=1) == 3
    assert mr.autograph.to_graph(thing.above)(7) == 11


def test_to_code_is_a_function_again(module):
    text = mr.autograph.to_code(module.early)
    assert text.startswith("def early(x):")
    assert "for i in range" not in text
    compile(text, "text", "exec")


def test_a_closure_shares_its_variables_with_the_function():
    count = 0

    def add(n):
        nonlocal count
        if n > 0:
            count += n
        return count

    made = mr.autograph.to_graph(add)
    assert (made(2), add(3), made(-1), count) == (2, 5, 5, 5)


def test_converted_functions_are_converted_once():
    def f(x):
        return g(x) if x else x

    def g(x):
        return x

    first, second = mr.autograph.to_graph(f), mr.autograph.to_graph(f)
    assert first.__code__ is second.__code__
    assert first(3) == 3


def test_without_source_a_function_runs_as_it_is_with_one_warning(caplog):
    variables = {"mr": mr}
    exec("def f(x):\n  return mr.cond(x > 0, lambda: x, lambda: -x)", variables)
    f = mr.function(variables["f"])
    with caplog.at_level(logging.WARNING, "millrace"):
        assert f(mr.constant(-2)) == 2
        assert f(mr.constant(-2.5)) == 2.5
    assert [r.getMessage().count("AutoGraph could not transform") for r in caplog.records] == [1]
    with pytest.raises(ValueError, match="could not get source code"):
        mr.autograph.to_graph(variables["f"])


def test_a_jump_out_of_finally_is_left_alone(caplog):
    @mr.function
    def f(x):
        while True:
            try:
                x = x + 1
            finally:
                break  # noqa: B012
        return x

    assert f(mr.constant(1)) == 2
    assert "a jump out of `finally`" in caplog.text


def test_generators_and_libraries_are_left_alone():
    from millrace.autograph.policy import converted

    def numbers():
        yield 1

    for target in (numbers, subprocess.run, mr.nn.relu, dict, len, print, mr.constant, {}.get):
        assert converted(target) is target


def test_import_does_not_load_it():
    code = "import sys, millrace; print([m for m in sys.modules if 'autograph' in m])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_options_of_function():
    def f(x):
        return x

    made = mr.function(
        f, None, True, None, experimental_relax_shapes=True, experimental_compile=False
    )
    assert made(mr.constant(1)) == 1


@mr.function
def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)


class Counted:
    made = 0

    @mr.function
    def step(self, x):
        return x + Counted.made if x > 0 else super().__sizeof__() * x


def test_functions_and_methods_that_name_themselves():
    class Local(Counted):
        def step(self, x):
            return super().step(x) + Local.made if x > 1 else x

    assert factorial(5) == 120
    Counted.made = 7
    assert Counted().step(mr.constant(3)) == 10
    assert mr.function(Local().step)(mr.constant(3)) == 17
