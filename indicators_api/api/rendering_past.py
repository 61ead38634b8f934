"""A report's past as JSON: its versions, how they differ, its corrections."""

from collections import Counter
from collections.abc import Sequence

from indicators_api.api.languages import say
from indicators_api.api.problems import body
from indicators_api.api.rendering import Json, counts, entry, findings
from indicators_api.periods import Period
from indicators_api.reports.access import Key
from indicators_api.reports.correction_queries import Correction
from indicators_api.reports.corrections import Answer
from indicators_api.reports.signatures import VersionSignature
from indicators_api.reports.versions import Comparison, Difference, Line, WholeVersion


def versions(key: Key, lines: Sequence[Line]) -> Json:
    """A report's versions."""
    return {**_named(key), "data": [_line(line) for line in lines]}


def version(key: Key, found: WholeVersion) -> Json:
    """A version with what it says."""
    return {
        **_named(key),
        **_line(found.line),
        "values": {code: entry(given) for code, given in found.values.items()},
        "findings": findings(found.findings),
    }


def differences(key: Key, found: Comparison) -> Json:
    """A version against another one."""
    kinds = {code: _kind(difference) for code, difference in found.differences.items()}
    counted = Counter(kinds.values())
    return {
        **_named(key),
        "version": found.version,
        "against": found.against,
        "counts": {
            **{kind: counted[kind] for kind in ("added", "removed", "changed")},
            "unchanged": found.unchanged,
        },
        "differences": {
            code: {
                "difference": kinds[code],
                "before": entry(before) if before else None,
                "after": entry(after) if after else None,
            }
            for code, (before, after) in found.differences.items()
        },
    }


def signature(key: Key, found: VersionSignature) -> Json:
    """The signature of a version, and whether it is one of what is stored."""
    text, signed_at, *certificate = found.stored
    names = ("fingerprint", "subject", "valid_from", "valid_to", "revoked_at", "pem")
    refused = found.refused
    return {
        **_named(key),
        "version": found.version,
        "verified": refused is None,
        "reason": {"code": refused.slug, "detail": say(refused.detail)} if refused else None,
        "signed_at": signed_at,
        "signature": text,
        "certificate": dict(zip(names, certificate, strict=True)),
        "document": found.document.decode(),
    }


def correction(found: Correction) -> Json:
    """A request to correct an accepted report, and what was decided."""
    told = found._asdict()
    period = str(Period.of_id(told.pop("period_id")))
    return {"unit": told.pop("unit"), "area": told.pop("area"), "period": period, **told}


def bulk_corrections(answers: Sequence[Answer]) -> Json:
    """What became of each request of a bulk call."""
    return {
        "done": sum(answer.decided is not None for answer in answers),
        "failed": sum(answer.problem is not None for answer in answers),
        "data": [_bulk_answer(answer) for answer in answers],
    }


def _bulk_answer(answer: Answer) -> Json:
    if answer.decided is not None:
        return {**correction(answer.decided), "problem": None}
    assert answer.problem is not None  # noqa: S101 - the one or the other
    return {
        "unit": answer.item.unit,
        "period": str(answer.item.period),
        "number": answer.item.number,
        "problem": body(answer.problem),
    }


def _named(key: Key) -> Json:
    return {"unit": key.unit.code, "period": str(key.period)}


def _line(line: Line) -> Json:
    return {
        "version": line.version,
        "kind": line.kind,
        "sent_at": line.sent_at,
        "sent_by": line.sent_by,
        "comment": line.comment,
        "counts": counts(line.expected, line.with_value),
        "is_signed": line.is_signed,
        "accepted_at": line.accepted_at,
        "returned_at": line.returned_at,
        "is_sent": line.is_sent,
        "is_accepted": line.is_accepted,
    }


def _kind(difference: Difference) -> str:
    if difference.before is None:
        return "added"
    return "removed" if difference.after is None else "changed"
