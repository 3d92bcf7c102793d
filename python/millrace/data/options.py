"""Options of datasets: what TensorFlow lets one say of threads and rewriting."""


class _Open:
    """Attributes as they are given; None where nothing was."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return None


class ThreadingOptions(_Open):
    """private_threadpool_size and max_intra_op_parallelism."""


class AutotuneOptions(_Open):
    """What TensorFlow's autotuning may do."""


class DistributeOptions(_Open):
    """auto_shard_policy and num_devices."""


class OptimizationOptions(_Open):
    """Which rewriting TensorFlow may do."""


class Options(_Open):
    """Taken by Dataset.with_options(). They have no effect here: the elements and their order are
    the same with all of them."""

    def __init__(self):
        self.threading = ThreadingOptions()
        self.autotune = AutotuneOptions()
        self.experimental_distribute = DistributeOptions()
        self.experimental_optimization = OptimizationOptions()

    def merge(self, options):
        """These options, and above them those of the other."""
        made = Options()
        made.__dict__.update(self.__dict__)
        made.__dict__.update(options.__dict__)
        return made
