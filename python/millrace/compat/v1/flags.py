"""tf.flags: options of a program, defined where they are used and read as FLAGS.name.

The command line is argparse's: --name=value, --name value, and of a boolean --name or --noname.
"""

import argparse
import sys

from millrace._load import public


class _Flags:
    """The values by name. The command line is read when the first one is asked for, or by
    app.run()."""

    def __init__(self):
        self.__dict__["_parser"] = argparse.ArgumentParser(allow_abbrev=False)
        self.__dict__["_values"] = {}
        self.__dict__["_defaults"] = {}
        self.__dict__["_booleans"] = set()
        self.__dict__["_is_parsed"] = False

    def _define(self, name, default, **options):
        if name in self._defaults:
            raise ValueError(f"the flag {name!r} is defined already")
        self._defaults[name] = default
        spellings = [f"--{name}"]
        if "-" not in name and len(name) > 1:
            spellings.append(f"-{name}")
        self._parser.add_argument(*spellings, dest=name, default=default, **options)

    def __call__(self, argv=None, known_only=False):
        """Reads the command line, by default sys.argv. Returns what is no flag, the program's name
        first."""
        argv = sys.argv if argv is None else argv
        found, rest = self._parser.parse_known_args(list(map(self._with_value, argv[1:])))
        unknown = [a for a in rest if a.startswith("-") and a != "--"]
        if unknown and not known_only:
            self._parser.error(f"unknown flags: {' '.join(unknown)}")
        self._values.update({n: v for n, v in vars(found).items() if n not in self._values})
        self.__dict__["_is_parsed"] = True
        return [argv[0], *rest]

    def _with_value(self, arg):
        """An argument that sets or unsets a boolean, as --name=true or --name=false."""
        name = arg.lstrip("-")
        if name == arg:
            return arg
        if name in self._booleans:
            return f"--{name}=true"
        if name.startswith("no") and name[2:] in self._booleans:
            return f"--{name[2:]}=false"
        return arg

    def __getattr__(self, name):
        if name not in self._defaults:
            raise AttributeError(f"there is no flag {name!r}")
        if name not in self._values and not self._is_parsed:
            self(known_only=True)
        return self._values.get(name, self._defaults[name])

    def __setattr__(self, name, value):
        if name not in self._defaults:
            raise AttributeError(f"there is no flag {name!r}")
        self._values[name] = value

    __setitem__ = __setattr__

    def __getitem__(self, name):
        return self._defaults[name]

    def __contains__(self, name):
        return name in self._defaults

    def __iter__(self):
        return iter(self._defaults)

    def __dir__(self):
        return sorted(self._defaults)

    def flag_values_dict(self):
        """{name: value} of all."""
        return {name: getattr(self, name) for name in self._defaults}

    def mark_as_parsed(self):
        """The command line is not read: all have their defaults."""
        self.__dict__["_is_parsed"] = True


FLAGS = _Flags()


def _truth(text):
    words = {"true": True, "t": True, "1": True, "yes": True}
    words.update({"false": False, "f": False, "0": False, "no": False})
    try:
        return words[text.lower()]
    except KeyError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false") from None


def _definition(kind, doc):
    def define(name, default, help=None, **options):
        value = kind(default) if default is not None else None
        FLAGS._define(name, value, type=kind, help=help)

    define.__doc__ = doc
    return public(define)


DEFINE_string = _definition(str, "An option whose value is a string.")
DEFINE_integer = _definition(int, "An option whose value is an integer.")
DEFINE_float = _definition(float, "An option whose value is a number.")


@public
def DEFINE_boolean(name, default, help=None, **options):
    """An option that is set by --name or --name=true and unset by --noname or --name=false."""
    FLAGS._define(name, default, type=_truth, help=help)
    FLAGS._booleans.add(name)


DEFINE_bool = DEFINE_boolean


@public
def DEFINE_enum(name, default, enum_values, help=None, **options):
    """An option whose value is one of a list of strings."""
    FLAGS._define(name, default, choices=list(enum_values), help=help)


def _comma_separated(text):
    return [part.strip() for part in text.split(",")] if text else []


@public
def DEFINE_list(name, default, help=None, **options):
    """An option whose value is a list: "a,b,c"."""
    value = _comma_separated(default) if isinstance(default, str) else default
    FLAGS._define(name, value, type=_comma_separated, help=help)


@public
def mark_flag_as_required(name):
    """The command line must give it."""
    for action in FLAGS._parser._actions:
        if action.dest == name:
            action.required = True
            return
    raise AttributeError(f"there is no flag {name!r}")
