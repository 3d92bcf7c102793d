"""Custom ops of audio front ends. Their options are flexbuffer maps."""


def add_cases(cases):
    pass
