"""Device names: parsing, and merging of nested `device` scopes."""

_ORDER = ("job", "replica", "task", "device")


def parse(name):
    """The parts of "/job:ps/task:1/cpu:0" as a dictionary. ValueError if it is no device name."""
    parts = {}
    for piece in filter(None, name.split("/")):
        key, _, value = piece.partition(":")
        lower = key.lower()
        if lower in ("job", "replica", "task") and value:
            parts[lower] = value
        elif lower == "device" and value:
            kind, _, index = value.partition(":")
            parts["device"] = f"{kind.upper()}:{index or '*'}"
        elif lower in ("cpu", "gpu"):
            parts["device"] = f"{key.upper()}:{value or '*'}"
        else:
            raise ValueError(
                f"{name!r} is no device name: {piece!r} is none of job, replica, task, device"
            )
    return parts


def to_string(parts):
    return "".join(f"/{key}:{parts[key]}" for key in _ORDER if key in parts)


def merge(outer, inner):
    """What `with device(inner)` inside `with device(outer)` means: the inner one's parts win."""
    if not inner:
        return outer
    merged = parse(outer) if outer else {}
    merged.update(parse(inner))
    return to_string(merged)


class DeviceSpec:
    """A device name in parts."""

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self.job, self.replica, self.task = job, replica, task
        self.device_type, self.device_index = device_type, device_index

    @classmethod
    def from_string(cls, spec):
        parts = parse(spec)
        kind, _, index = parts.get("device", "").partition(":")
        return cls(
            parts.get("job"),
            int(parts["replica"]) if "replica" in parts else None,
            int(parts["task"]) if "task" in parts else None,
            kind or None,
            int(index) if index not in ("", "*") else None,
        )

    def to_string(self):
        parts = {
            k: getattr(self, k) for k in ("job", "replica", "task") if getattr(self, k) is not None
        }
        if self.device_type is not None:
            parts["device"] = (
                f"{self.device_type}:{'*' if self.device_index is None else self.device_index}"
            )
        return to_string(parts)

    def __str__(self):
        return self.to_string()
