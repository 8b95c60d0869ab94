"""The command jitsi-hetzner: finds the verb and gives it its JSON, or an operator's arguments."""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from .decode import decode, encode
from .failure import ExitCode
from .former import verb_of_today
from .guard import guarded
from .host import Host
from .manifest import Manifest
from .verb import Verb

VERBS = (
    "accept",
    "certificate",
    "check-recordings",
    "discard-recordings",
    "drain",
    "forget",
    "jicofo",
    "names",
    "policy",
    "recorder",
    "recorder-drain",
    "recorder-serve",
    "restart",
    "serve",
    "status",
    "turn-server",
    "upload-recordings",
)
PROGRAM = "jitsi-hetzner"
EXIT_CODES = """Exit codes:
  0   done, or as it should be
  1   not done, or not as it should be
  2   the verb could not begin, or nobody can tell
  64  no verb was named
  65  the JSON on stdin is none that the verb takes
  78  this program and the step that started it do not fit together
"""


class Program:
    """The program of one folder, on one host."""

    def __init__(self, folder: Path, host_of: Callable[[str], Host], read_stdin: Callable[[], str]) -> None:
        self._folder = folder
        self._host_of = host_of
        self._read_stdin = read_stdin

    def run(self, words: Sequence[str]) -> int:
        """The exit code."""
        words, to_today = verb_of_today(words)
        name = words[0] if words else ""
        host = self._host_of(name if name and not name.startswith("-") else PROGRAM)
        code: list[int] = []
        ended = guarded(host, lambda: code.append(self._run(host, name, words[1:], to_today)))()
        return ended or code[0]

    def _run(self, host: Host, name: str, words: Sequence[str], to_today: Callable[[str], str]) -> int:
        manifest = Manifest(host, self._folder)
        if name in ("", "-h", "--help"):
            self._help(manifest)
            return ExitCode.DONE if name else ExitCode.NO_VERB
        expected, words = _expected_digest(words)
        files = manifest.check(name, expected)
        if files.script:
            # Imported here alone: its code is none of the verbs in Python.
            import_module(f"{__package__}.shell").run(self._folder, name, files, self._read_stdin(), words)
        verb = load_verb(name)
        arguments = _parser(name, verb).parse_args(words)
        if verb.by_hand is not None and verb.is_by_hand(arguments):
            return verb.by_hand(host, arguments)
        return _run_step(host, verb, to_today(self._read_stdin()), arguments)

    def _help(self, manifest: Manifest) -> None:
        """Loads all verbs in Python, which nothing else does."""
        shell = [f"  {name}" for name in manifest.verbs() if name not in VERBS]
        width = max(map(len, VERBS))
        lines = [f"  {name.ljust(width)}  {load_verb(name).summary}" for name in VERBS]
        parser = ArgumentParser(
            prog="jitsi-hetzner",
            usage="jitsi-hetzner VERB [OPTIONS]",
            description="The program of this host. Steps of `pulumi up` give a verb JSON on stdin, and with --code the "
            "digest of the code that they expect. An operator names a bridge instead: jitsi-hetzner drain jvb-1",
            epilog="\n".join(
                ["Verbs (jitsi-hetzner VERB --help):", *lines, "", "Only for steps:", *shell, "", EXIT_CODES]
            ),
            formatter_class=RawDescriptionHelpFormatter,
        )
        parser.print_help(sys.stdout)


def _run_step(host: Host, verb: Verb, stdin: str, arguments: Namespace) -> int:
    if verb.takes is None or verb.run is None:
        raise TypeError("a verb that takes no JSON is called by hand")
    result = verb.run(host, decode(stdin, verb.takes), arguments)
    if result is not None:
        host.messages.result(encode(result))
    return ExitCode.DONE


def _expected_digest(words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """What stands after --code, and the verb's own words."""
    return (words[1], words[2:]) if words[:1] == ["--code"] and len(words) > 1 else (None, words)


def load_verb(name: str) -> Verb:
    """Only the one that runs: each verb's memory and digest are its own."""
    module = import_module(f"{__package__}.verbs.{name.replace('-', '_')}")
    verb: Verb = module.VERB
    return verb


def _parser(name: str, verb: Verb) -> ArgumentParser:
    parser = ArgumentParser(
        prog=f"jitsi-hetzner {name}",
        description=f"{verb.summary[0].upper()}{verb.summary[1:]}. {verb.description}",
        epilog=EXIT_CODES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    verb.configure(parser)
    return parser
