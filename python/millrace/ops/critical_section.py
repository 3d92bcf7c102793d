"""CriticalSection: a function that one at a time runs."""

import threading

from millrace._load import public
from millrace.framework import context, nest
from millrace.framework.dispatch import apply_op
from millrace.framework.operation import Operation
from millrace.framework.scopes import control_dependencies, identity_after, name_scope
from millrace.framework.variable import unique_shared_name

__all__ = ["CriticalSection"]

_entered = threading.local()


class CriticalSection:
    """Executions of functions of which only one at a time runs, also in several steps.

    Args:
      name: of the lock.
      shared_name: sections of one shared_name have one lock.
    """

    @public
    def __init__(self, name=None, shared_name=None, critical_section_def=None, import_scope=None):
        if critical_section_def is not None or import_scope is not None:
            raise NotImplementedError("CriticalSection: critical_section_def is not there")
        with name_scope(name or "CriticalSection") as scope:
            if shared_name is None and context.executing_eagerly():
                shared_name = unique_shared_name("CriticalSection")
            self._shared_name = shared_name or scope.rstrip("/")
            attrs = {"shared_name": self._shared_name}
            self._handle = apply_op("MutexV2", (), attrs, "Mutex")

    @property
    def name(self):
        return self._shared_name

    @public
    def execute(self, fn, exclusive_resource_access=True, name=None):
        """The tensors that `fn` returns, which runs while nobody else is in the section.

        Args:
          fn: a function of no arguments. What it captures is computed before.
          exclusive_resource_access: has no effect: sections that use one resource are not found.

        Raises:
          ValueError: where `fn` enters the section again, which would wait for ever.
        """
        names = _entered.__dict__.setdefault("names", [])
        if self._shared_name in names:
            raise ValueError(
                f"Attempting to lock a CriticalSection ({self._shared_name}) in which we are "
                "already running. This is illegal and may cause deadlocks."
            )
        names.append(self._shared_name)
        try:
            with name_scope(name or "critical_section_execute"):
                return self._execute(fn)
        finally:
            names.pop()

    def _execute(self, fn):
        lock = apply_op("MutexLock", (self._handle,))
        if context.executing_eagerly():
            try:
                return fn()
            finally:
                del lock  # and so it is free
        with control_dependencies([lock]):
            made = fn()
        results = [r for r in nest.flatten(made) if r is not None]
        with control_dependencies(results):
            released = apply_op("ConsumeMutexLock", (lock,))

        def after(result):
            if result is None or isinstance(result, Operation):
                return released if result is not None else None
            return identity_after([released], result)

        return nest.map_structure(after, made)
