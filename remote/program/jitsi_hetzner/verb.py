"""What a verb is: what it takes, what it does, and how an operator calls it by hand."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .host import Host


@dataclass(frozen=True)
class Verb:
    """One module of `verbs` has one, as VERB."""

    # A line of the help.
    summary: str
    # More of it.
    description: str
    # The dataclass of its JSON, and what it does with that. What it returns is its result, a dataclass; None for none.
    # Both are None for a verb that is only called by hand.
    takes: type[Any] | None = None
    run: Callable[[Host, Any, Namespace], Any] | None = None
    # The dataclass of its result.
    gives: type[Any] | None = None
    # Adds its own arguments.
    configure: Callable[[ArgumentParser], None] = lambda parser: None
    # Called by hand, it takes no JSON from stdin: see is_by_hand. Returns the exit code.
    by_hand: Callable[[Host, Namespace], int] | None = None
    is_by_hand: Callable[[Namespace], bool] = lambda arguments: False
