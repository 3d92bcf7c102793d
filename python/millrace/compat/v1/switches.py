"""What TensorFlow 1 lets a program switch on or off, and has one setting here."""


def _nothing_to_switch(name):
    def switch():
        pass

    switch.__name__ = switch.__qualname__ = name
    switch.__doc__ = "Taken, and of no effect: variables are resources, loops are functional."
    return switch


disable_resource_variables = _nothing_to_switch("disable_resource_variables")
enable_resource_variables = _nothing_to_switch("enable_resource_variables")
disable_control_flow_v2 = _nothing_to_switch("disable_control_flow_v2")
enable_control_flow_v2 = _nothing_to_switch("enable_control_flow_v2")
disable_tensor_equality = _nothing_to_switch("disable_tensor_equality")
enable_v2_tensorshape = _nothing_to_switch("enable_v2_tensorshape")
disable_v2_tensorshape = _nothing_to_switch("disable_v2_tensorshape")


def resource_variables_enabled():
    """True."""
    return True


def control_flow_v2_enabled():
    """True."""
    return True


__all__ = [
    "control_flow_v2_enabled",
    "disable_control_flow_v2",
    "disable_resource_variables",
    "disable_tensor_equality",
    "disable_v2_tensorshape",
    "enable_control_flow_v2",
    "enable_resource_variables",
    "enable_v2_tensorshape",
    "resource_variables_enabled",
]
