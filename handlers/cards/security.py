"""The security ladder: the verdict, every finding with its source, and everything unknown by name."""

from __future__ import annotations

from core.addresses import word_of
from core.charts.pictures import Frame, LadderSpec, Mood, Rung
from core.security.facts import Severity
from core.security.score import Verdict
from core.security.service import Scan
from data.models.market import RiskLevel, TokenSnapshot
from handlers.cards import findings, launch, provenance
from handlers.cards.token import title
from handlers.reply import Button, Image, Invoke, Reply, Text, code, faint, lines, strong, text

_FINDINGS_SHOWN = 12
_ORDER = {level: at for at, level in enumerate(RiskLevel)}


_MOODS = {
    Severity.BLOCK: Mood.BAD,
    Severity.CAUTION: Mood.WARN,
    Severity.UNKNOWN: Mood.UNKNOWN,
    Severity.NOTE: Mood.NEUTRAL,
    Severity.CLEAR: Mood.GOOD,
}
# Nothing is called safe: a clear verdict is no good one.
_VERDICTS = {Verdict.BLOCK: Mood.BAD, Verdict.CAUTION: Mood.WARN, Verdict.CLEAR: Mood.NEUTRAL}
_QUESTIONS = {"lp_locked": "LP locked or burned", "other_scanners": "Scanners"}


def security_card(scan: Scan, *, image: Image | None = None) -> Reply:
    """Lay the ladder out; nothing unknown passes as safe, and nothing is ever called safe."""
    snapshot, assessment = scan.facts.snapshot, scan.assessment
    rows: list[Text] = [
        text(code(snapshot.token.address)),
        text(strong(findings.headline(assessment)), faint(f" · risk {assessment.score}/100")),
    ]
    if not scan.complete:
        rows.append(text(faint("Still reading the chain: first buyers, holders' transfers, its creator")))
    rows += [findings.row(found, snapshot.at) for found in assessment.findings]
    rows += _scanners(snapshot)
    silent = provenance.missing(snapshot.gaps)
    if silent:
        rows.append(text(faint(f"Missing: {silent}")))
    token = word_of(snapshot.token)
    return Reply(
        title=text("Security · ", title(snapshot)),
        body=lines(*rows),
        image=image,
        buttons=(
            (
                Button("Card", Invoke("t", {"token": token})),
                Button("Scan again", Invoke("s", {"token": token})),
                Button("Holders", Invoke("holders", {"token": token})),
                Button("Why?", Invoke("why", {"about": "mint_authority"})),
            ),
            launch.onward(snapshot.token),
        ),
        tone=findings.TONES[assessment.verdict],
        footer=provenance.footer(snapshot),
    )


def ladder(scan: Scan, *, practice: bool) -> LadderSpec:
    """Ask for the ladder as a picture."""
    snapshot, assessment = scan.facts.snapshot, scan.assessment
    return LadderSpec(
        frame=Frame(
            title=f"Security · {title(snapshot).plain}",
            subtitle=snapshot.token.address,
            footer=f"risk {assessment.score}/100 · {provenance.footer(snapshot).plain}",
            practice=practice,
        ),
        verdict=findings.headline(assessment),
        mood=_VERDICTS[assessment.verdict],
        rungs=tuple(
            _rung(_question(found.rule), findings.sentence(found, snapshot.at), _MOODS[found.severity])
            for found in assessment.findings
        ),
    )


def _rung(question: str, sentence: str, mood: Mood) -> Rung:
    """Leave the question out of an answer that begins with it."""
    answer = sentence
    if sentence.casefold().startswith(question.casefold()):
        answer = sentence[len(question) :].lstrip(" :") or sentence
    return Rung(question=question, answer=answer, mood=mood)


def _question(rule: str) -> str:
    return _QUESTIONS.get(rule, rule.replace("_", " ").capitalize())


def _scanners(snapshot: TokenSnapshot) -> list[Text]:
    """List other scanners' findings in their own words, worst first."""
    rows: list[Text] = []
    for source, scan in snapshot.scans:
        score = "no score" if scan.score is None else f"{scan.score}/100, higher is riskier"
        rows.append(text(strong(f"{provenance.source(source)}: {score}")))
        ordered = sorted(scan.risks, key=lambda risk: _ORDER[risk.level])
        for risk in ordered[:_FINDINGS_SHOWN]:
            value = f" {risk.value}" if risk.value else ""
            rows.append(text(f"· {risk.name}{value} ", faint(f"({risk.level.value})")))
        if not ordered:
            rows.append(text(faint("no findings of its own; of a young token that says little")))
    return rows
