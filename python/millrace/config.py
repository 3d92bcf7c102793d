"""tf.config, as far as there is something to configure."""

import collections

from millrace._load import public
from millrace.framework.function import functions_run_eagerly, run_functions_eagerly

__all__ = [
    "LogicalDevice",
    "PhysicalDevice",
    "experimental_functions_run_eagerly",
    "experimental_run_functions_eagerly",
    "functions_run_eagerly",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "run_functions_eagerly",
    "set_visible_devices",
]

PhysicalDevice = collections.namedtuple("PhysicalDevice", ["name", "device_type"])
LogicalDevice = collections.namedtuple("LogicalDevice", ["name", "device_type"])
experimental_functions_run_eagerly = functions_run_eagerly
experimental_run_functions_eagerly = run_functions_eagerly


@public
def list_physical_devices(device_type=None):
    """The devices of this machine: its processor."""
    found = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    return [d for d in found if device_type in (None, d.device_type)]


@public
def list_logical_devices(device_type=None):
    """The devices that ops are placed on."""
    found = [LogicalDevice("/device:CPU:0", "CPU")]
    return [d for d in found if device_type in (None, d.device_type)]


get_visible_devices = list_physical_devices


@public
def set_visible_devices(devices, device_type=None):
    """Which devices are used. The processor always is: RuntimeError where it would not be."""
    devices = list(devices) if isinstance(devices, (list, set)) else [devices]
    _check(devices)
    for known in list_physical_devices(device_type):
        if known not in devices:
            raise RuntimeError(f"{known.name} runs all ops: it cannot be hidden")


def _check(devices):
    for device in devices:
        if device not in list_physical_devices():
            raise ValueError(f"Unrecognized device: {device!r}")


@public
def get_device_details(device):
    """What is known of a device, which of a processor is nothing: {}."""
    _check([device])
    return {}


@public
def set_memory_growth(device, enable):
    """Whether a GPU's memory is taken as it is needed. ValueError: a processor's always is."""
    _check([device])
    raise ValueError("Cannot set memory growth on non-GPU and non-Pluggable devices")


def __getattr__(name):
    if name == "experimental":
        import importlib

        return importlib.import_module("millrace.config")
    raise AttributeError(f"module 'millrace.config' has no attribute {name!r}")
