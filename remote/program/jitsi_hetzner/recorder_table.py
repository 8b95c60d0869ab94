"""The recorders in the status for an operator who is logged in on the web host."""

from .recorder_facts import RecorderFacts
from .recorder_service import gigabytes

MAKE_ROOM = "make room there: jitsi-hetzner upload-recordings --now, or jitsi-hetzner discard-recordings"
HEADING = ("RECORDER", "NICKNAME", "GOAL", "SEEN", "NOW", "DISK LEFT", "UPLOADS WAITING", "VERSION", "LAST ERROR")


def recorder_rows(recorders: tuple[RecorderFacts, ...]) -> list[tuple[str, ...]]:
    """With the heading. Empty without recorders."""
    return [HEADING, *[_row(one) for one in recorders]] if recorders else []


def recorder_problems(recorders: tuple[RecorderFacts, ...], declared: dict[str, bool]) -> list[str]:
    """`declared`: of each declared recorder, by its nickname, whether it is to be out of service."""
    known = {one.nickname: one for one in recorders}
    problems = [
        f"{nickname} is declared, and this host does not know it: pulumi up"
        for nickname in sorted({*declared} - {*known})
    ]
    for one in recorders:
        if one.name is None:
            problems.append(f"{one.nickname} is not of this stack, and jicofo lists it: find out where it runs")
        elif one.nickname not in declared:
            forget = f"jitsi-hetzner forget {one.nickname}"
            problems.append(f"{one.nickname} is not declared: pulumi up; if it stays: {forget}")
        elif not declared[one.nickname]:
            problems.extend(_problems_in_service(one))
    return problems


def _problems_in_service(one: RecorderFacts) -> list[str]:
    if one.problem:
        remedy = MAKE_ROOM if one.disk_low else f"npm run repair -- {one.name}"
        return [f"{one.name}: {one.problem}: {remedy}"]
    if one.listed is False:
        return [f"{one.name} is not in jicofo's room of recorders: npm run repair -- {one.name}"]
    if one.last_error:
        return [f"{one.name} cannot upload: {one.last_error}"]
    return []


def _row(one: RecorderFacts) -> tuple[str, ...]:
    seen = "?" if one.listed is None else "in service" if one.listed else "not there"
    return (
        one.name or "(unknown)",
        one.nickname,
        one.goal or "-",
        seen,
        one.busy,
        "-" if one.disk_free_bytes is None else gigabytes(one.disk_free_bytes),
        "-" if one.uploads_waiting is None else str(one.uploads_waiting),
        one.version or "-",
        one.last_error or "-",
    )
