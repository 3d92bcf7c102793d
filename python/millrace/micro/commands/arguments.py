"""Types of command-line arguments."""

import argparse


def count(text):
    """A number from 1 on that a 63-bit size can hold."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number < 1 << 63:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return number
