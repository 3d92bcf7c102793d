"""make_template: functions that share their variables."""

from millrace.framework.variable_scope import variable_scope


class Template:
    """A function in a variable scope of its own: the first call makes the variables, others use
    them."""

    def __init__(self, name, function, create_scope_now, unique_name, custom_getter, kwargs):
        self._name, self._function, self._kwargs = name, function, kwargs
        self._unique_name, self._getter = unique_name, custom_getter
        self._called = False
        self._scope = None
        if create_scope_now:
            with self._open() as scope:
                self._scope = scope

    def _open(self):
        if self._unique_name is not None:
            return variable_scope(self._unique_name, custom_getter=self._getter)
        return variable_scope(None, default_name=self._name, custom_getter=self._getter)

    def __call__(self, *args, **kwargs):
        options = {**self._kwargs, **kwargs}
        if self._scope is None:
            with self._open() as scope:
                self._scope, self._called = scope, True
                return self._function(*args, **options)
        with variable_scope(self._scope, reuse=True if self._called else None):
            self._called = True
            return self._function(*args, **options)

    @property
    def name(self):
        return self._name

    @property
    def variable_scope(self):
        return self._scope

    @property
    def variable_scope_name(self):
        return None if self._scope is None else self._scope.name

    def _collected(self, names):
        prefix = (self._scope.name + "/") if self._scope is not None else None
        return [v for v in names() if prefix is not None and v.name.startswith(prefix)]

    @property
    def variables(self):
        from millrace.framework.graph_keys import global_variables

        return self._collected(global_variables)

    @property
    def trainable_variables(self):
        from millrace.framework.graph_keys import trainable_variables

        return self._collected(trainable_variables)
