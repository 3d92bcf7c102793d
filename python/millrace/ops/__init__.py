"""Functions under TensorFlow's names: thin layers over the registered ops (millrace.raw_ops)."""
