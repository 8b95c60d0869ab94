"""The status for an operator who is logged in on the web host."""

from dataclasses import dataclass

from .facts import SeenBridge, WebFacts
from .failure import ExitCode
from .recorder_table import recorder_problems, recorder_rows
from .registry import Entry
from .timers import watch_problem

HEADING = ("BRIDGE", "NICKNAME", "ADDRESS", "GOAL", "SEEN", "STRESS", "CONFERENCES", "PARTICIPANTS", "VERSION")


@dataclass(frozen=True)
class Report:
    """The text, and whether the cluster is as declared."""

    text: str
    code: ExitCode


def report(
    facts: WebFacts, entries: list[Entry], declared: dict[str, bool], declared_recorders: dict[str, bool]
) -> Report:
    """`declared`: of each declared bridge (recorder), by its nickname, whether it is to be empty (out of service)."""
    seen = {one.nickname: one for one in facts.jicofo.bridges} if facts.jicofo else {}
    names = {entry.bridge.nickname: entry for entry in entries}
    rows = [_row(nickname, names.get(nickname), seen.get(nickname), facts) for nickname in sorted({*names, *seen})]
    problems = [
        *_problems(facts, entries, seen, declared),
        *recorder_problems(facts.recorders, declared_recorders),
        *_watch_problems(facts, names),
    ]
    recorders = recorder_rows(facts.recorders)
    tables = [_table([HEADING, *rows]), *([f"\n{_table(recorders)}"] if recorders else [])]
    lines = [*tables, *[f"\nNot as declared: {one}" for one in problems]]
    if facts.jicofo_problem:
        return Report("\n".join([*lines, f"\nNobody can tell: {facts.jicofo_problem}"]), ExitCode.UNKNOWN)
    code = ExitCode.NOT_DONE if problems else ExitCode.DONE
    return Report("\n".join(lines if problems else [*lines, "\nAs declared."]), code)


def _problems(
    facts: WebFacts, entries: list[Entry], seen: dict[str, SeenBridge], declared: dict[str, bool]
) -> list[str]:
    known = {entry.bridge.nickname: entry for entry in entries}
    problems = [
        *[f"{unit} has failed: systemctl status {unit}" for unit in facts.health.failed],
        *facts.certificate_problems,
        *([f"{facts.turn.problem}: jitsi-hetzner turn-server --apply"] if facts.turn and facts.turn.problem else []),
    ]
    if facts.jicofo is None or facts.jicofo_problem:
        return problems
    for nickname, is_draining in declared.items():
        wanted = "draining" if is_draining else "in service"
        found = _state(seen.get(nickname))
        if found != wanted:
            entry = known.get(nickname)
            goal = entry.goal.value if entry else "none"
            problems.append(f"{nickname} is to be {wanted}, and is {found} (its goal here: {goal}): {_remedy(entry)}")
    problems.extend(
        f"{nickname} is not declared, and jicofo lists it: pulumi up" for nickname in sorted({*seen} - {*declared})
    )
    return problems


def _watch_problems(facts: WebFacts, known: dict[str, Entry]) -> list[str]:
    """Of all hosts. A bridge of the registry is asked, and no other."""
    problems = [
        watch_problem("the web host", facts.watch_fault, "web"),
        *[
            watch_problem(known[nickname].bridge.name, fault, known[nickname].bridge.name.removeprefix("jvb-"))
            for nickname, fault in facts.watch_faults.items()
        ],
        *[watch_problem(one.name, one.watch_fault, one.name) for one in facts.recorders if one.name],
    ]
    return [one for one in problems if one]


def _remedy(entry: Entry | None) -> str:
    """`pulumi up` alone runs no step again where nothing has changed. As `npm run status` has it."""
    if entry is None:
        return "pulumi up"
    if entry.bridge.is_local:
        return "npm run repair -- web"
    return f"npm run repair -- {entry.bridge.name.removeprefix('jvb-')}"


def _row(nickname: str, entry: Entry | None, seen: SeenBridge | None, facts: WebFacts) -> tuple[str, ...]:
    conferences = facts.conferences.get(nickname)
    return (
        entry.bridge.name if entry else "(unknown)",
        nickname,
        entry.bridge.address if entry else "-",
        entry.goal.value if entry else "-",
        _state(seen) if facts.jicofo else "?",
        f"{seen.stress:.2f}" if seen else "-",
        "-" if conferences is None else str(conferences),
        "-" if seen is None or seen.participants is None else str(seen.participants),
        seen.version if seen else "-",
    )


def _state(seen: SeenBridge | None) -> str:
    if seen is None:
        return "not there"
    if not seen.operational:
        return "not operational"
    if seen.ending:
        return "shutting down"
    return "draining" if seen.draining else "in service"


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
