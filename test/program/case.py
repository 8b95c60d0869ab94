"""Test cases by a table: one test for each line of it, with a name of its own."""

import unittest
from collections.abc import Callable
from functools import partialmethod
from typing import Any

Test = Callable[..., None]


def each(*lines: tuple[Any, ...]) -> Callable[[Test], Test]:
    """The test is called with the values of each line."""

    def mark(test: Test) -> Test:
        test.lines = lines  # type: ignore[attr-defined]
        return test

    return mark


class Case(unittest.TestCase):
    """A test case whose marked tests are several."""

    longMessage = True
    maxDiff = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, test in list(vars(cls).items()):
            lines = getattr(test, "lines", None)
            if lines is None:
                continue
            delattr(cls, name)
            for index, line in enumerate(lines):
                setattr(cls, f"{name}_{index}", partialmethod(test, *line))
