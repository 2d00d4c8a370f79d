"""What came of a run, as a table."""

from chaos.findings import KINDS, counts
from chaos.plan import Plan
from chaos.recording import Gap
from chaos.storm import Result

SHOWN = 5
"""Findings of each kind that are told in full."""


def table(plan: Plan, result: Result) -> str:
    lines = [*_members(result), ""]
    lines += [f"{what:<28}{number:>8,}" for what, number in _met(result)]
    lines += ["", f"{'finding':<28}{'number':>8}"]
    lines += [
        f"{kind:<28}{number:>8,}  {KINDS[kind]}" for kind, number in counts(result.findings).items()
    ]
    for kind in KINDS:
        told = [str(finding) for finding in result.findings if finding.kind == kind]
        lines += told[:SHOWN] + ([f"{kind}: ..."] if len(told) > SHOWN else [])
    lines += ["", summary(plan, result)]
    return "\n".join(lines)


def summary(plan: Plan, result: Result) -> str:
    """The run in one line."""
    acked = sum(bool(publish.acks) for publish in result.recording.publishes)
    return (
        f"seed {plan.seed}: {acked:,} acknowledged, {result.deeds['kills']} kills,"
        f" {len(result.findings)} findings, {result.seconds:.0f} s"
    )


def _members(result: Result) -> list[str]:
    """Who took part, by kind; `messages` are those that it got, or that were taken from it."""
    lines = [f"{'members':<20}{'number':>8}{'connections':>13}{'messages':>10}"]
    for kind in dict.fromkeys(member.kind for member in result.members):
        those = [member for member in result.members if member.kind == kind]
        connections = sum(member.connections for member in those)
        messages = sum(member.messages for member in those)
        lines.append(f"{kind:<20}{len(those):>8,}{connections:>13,}{messages:>10,}")
    return lines


def _met(result: Result) -> list[tuple[str, int]]:
    recording, deeds = result.recording, result.deeds
    publishes = recording.publishes
    gaps = sum(isinstance(e, Gap) for c in recording.connections for e in c.events)
    return [
        ("published", len(publishes)),
        ("  acknowledged", sum(bool(p.acks) for p in publishes)),
        ("  refused for good", sum(bool(p.refused) for p in publishes)),
        ("  never answered", sum(not (p.acks or p.refused) for p in publishes)),
        ("  edits and deletes", sum(bool(p.edits or p.deletes) for p in publishes)),
        ("  sent again", sum(p.tries - 1 for p in publishes if p.tries)),
        ("in the log at the end", len(recording.log)),
        ("deliveries with a cursor", sum(len(c.events) for c in recording.connections)),
        ("deliveries to plain members", sum(len(run.texts) for run in recording.runs)),
        ("gaps told", gaps),
        *sorted(deeds.items()),
    ]
