"""What TensorFlow lets one say of writing and reading models."""


class _Named:
    def __init__(self, **given):
        for name in given:
            if name not in self._names:
                raise TypeError(f"{type(self).__name__} has no option {name!r}")
        for name, value in self._names.items():
            setattr(self, name, given.get(name, value))


class SaveOptions(_Named):
    """Taken by save(). They have no effect here: a model is written the same way with all of
    them."""

    _names = {  # noqa: RUF012
        "namespace_whitelist": None,
        "save_debug_info": False,
        "function_aliases": None,
        "experimental_debug_stripper": False,
        "experimental_io_device": None,
        "experimental_variable_policy": None,
        "experimental_custom_gradients": True,
        "experimental_image_format": False,
        "experimental_skip_saver": False,
        "experimental_sharding_callback": None,
        "extra_tags": None,
    }


class LoadOptions(_Named):
    """Taken by load(). They have no effect here."""

    _names = {  # noqa: RUF012
        "allow_partial_checkpoint": False,
        "experimental_io_device": None,
        "experimental_skip_checkpoint": False,
        "experimental_variable_policy": None,
        "experimental_load_function_aliases": False,
    }
