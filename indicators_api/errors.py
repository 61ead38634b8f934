"""Expected failures, as classes.

`api/problems.py` turns each into an RFC 9457 problem, in one place.

DomainError
├── BadRequest 400 ── MalformedBody
├── Unauthorized 401
├── Forbidden 403
├── NotFound 404 ── RouteUnknown
├── MethodNotAllowed 405
├── NotAcceptable 406
├── Conflict 409 ── ReportExists · ReportClosed · WrongState · AllOfficial · CorrectionOpen ·
│                   CorrectionDecided · DuplicateItem · ExchangeNotReady · MessageReused
├── PreconditionFailed 412
├── TooLarge 413 ── BodyTooLarge · TooManyCells
├── UnsupportedMediaType 415
├── InvalidRequest 422 ── InvalidValues · RulesBroken · CommentNeeded · PeriodRefused ·
│   │                     YearArchived · CatalogueInvalid · AddressRefused ·
│   │                     CertificateRefused · SignatureNeeded
│   └── SignatureRefused ── SignatureMalformed · AlgorithmRefused · CertificateUnknown ·
│                           CertificateNotValid · CertificateRevoked · SignatureMismatch
├── PreconditionRequired 428
├── InternalError 500
└── ServiceUnavailable 503 ── DatabaseUnavailable

Texts are English templates with named parameters; they are translated at the edge, never here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple


def mark(text: str) -> str:
    """Mark a text for extraction into `locale/`; the text itself is returned unchanged."""
    return text


class Message(NamedTuple):
    """A text and what to fill in: `Message("at most %(limit)s digits", {"limit": 20})`."""

    text: str
    params: Mapping[str, Any] = {}


class Fault(NamedTuple):
    """One thing wrong with a request: where (an RFC 6901 pointer), what kind, in words.

    Sources without JSON say where with `facts` (`row` and `column` of a file).
    """

    pointer: str
    code: str
    message: Message
    facts: Mapping[str, Any] = {}


class DomainError(Exception):
    """An expected failure.

    Each class fixes slug, status and title; an instance adds detail, facts and faults.
    """

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    #: What the problem means and what to do about it: the text of its page at /problems/{slug}.
    meaning: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str | list[str]] | None = None,
        **facts: object,
    ) -> None:
        """Take the detail as an English template, filled from `facts`."""
        super().__init__(detail)
        self.detail = Message(detail, facts)
        self.facts = facts
        self.faults = faults
        self.headers = headers or {}

    def __str__(self) -> str:
        """Give the filled English sentence, with every fault on a line of its own."""
        lines = [self.detail.text % dict(self.detail.params)]
        lines += [f"{f.pointer}: {f.message.text % dict(f.message.params)}" for f in self.faults]
        return "\n".join(lines)


class BadRequest(DomainError):
    slug, status, title = "bad-request", 400, mark("The request can't be understood")
    meaning = mark(
        "The request breaks HTTP itself. Check the address, headers and body your client sends."
    )


class MalformedBody(BadRequest):
    slug, title = "malformed-body", mark("The body is not valid JSON")
    meaning = mark(
        "The body could not be read as JSON (RFC 8259, UTF-8). The detail says at which position."
    )


class Unauthorized(DomainError):
    slug, status, title = "unauthorized", 401, mark("A valid token is needed")
    meaning = mark(
        "Send the token as `Authorization: Bearer <token>`, or with HTTP Basic as the user name. "
        "A revoked, expired or mistyped token is answered the same way."
    )


class Forbidden(DomainError):
    slug, status, title = "forbidden", 403, mark("Not allowed with this token")
    meaning = mark(
        "The token is valid, but its role, unit or area does not allow this call. Nothing "
        "was stored."
    )


class NotFound(DomainError):
    slug, status, title = "not-found", 404, mark("Not found")
    meaning = mark("There is no such thing, or this token may not know of it.")


class RouteUnknown(NotFound):
    slug, title = "route-unknown", mark("There is no such address")
    meaning = mark("No call of this service has this address. The addresses are listed at /docs.")


class MethodNotAllowed(DomainError):
    slug, status, title = "method-not-allowed", 405, mark("This address does not take this method")
    meaning = mark("The `Allow` header lists the methods that the address takes.")


class NotAcceptable(DomainError):
    slug, status, title = "not-acceptable", 406, mark("No such representation")
    meaning = mark(
        "The answer is not offered in a media type that the `Accept` header or `format` asks for."
    )


class Conflict(DomainError):
    slug, status, title = "conflict", 409, mark("In conflict with what is stored")
    meaning = mark("The request is valid in itself, but does not fit what is stored now.")


class ReportExists(Conflict):
    slug, title = "report-exists", mark("The report exists already")
    meaning = mark(
        "A unit has one report for a period. Read it, then change it with PUT or PATCH and "
        "the `If-Match` header."
    )


class ReportClosed(Conflict):
    slug, title = "report-closed", mark("The report can't be edited now")
    meaning = mark(
        "A report is edited while it is a draft or returned. A submitted or sent one must be "
        "returned first; "
        "an accepted one changes only through a correction or a routine revision."
    )


class WrongState(Conflict):
    slug, title = "wrong-state", mark("The report is not in a state for this step")
    meaning = mark(
        "The states are draft, submitted, sent, accepted and returned; `facts` tells the "
        "present one."
    )


class AllOfficial(Conflict):
    slug, title = "all-official", mark("All values are official")
    meaning = mark(
        "A unit revises values itself while some of them are not official yet (E or P). Official "
        "ones (A) change through a correction: its leader requests it, the reviewer agrees."
    )


class CorrectionOpen(Conflict):
    slug, title = "correction-open", mark("A correction is requested already")
    meaning = mark(
        "A report has one open request at a time, and nothing else is opened beside it. It waits "
        "for the reviewer, who agrees or refuses."
    )


class CorrectionDecided(Conflict):
    slug, title = "correction-decided", mark("The request was decided already")
    meaning = mark(
        "A request for a correction is decided once. The unit may make another one; `facts` tells "
        "what was decided."
    )


class DuplicateItem(Conflict):
    slug, title = "duplicate-item", mark("It exists already")
    meaning = mark("Something with the same key, or valid at the same time, exists already.")


class ExchangeNotReady(Conflict):
    slug, title = "exchange-not-ready", mark("The exchange is not set up for this")
    meaning = mark(
        "Something that the operator provides is missing: a secret, a key, an allowed host, a "
        "mapping. `detail` names it; nothing was sent."
    )


class MessageReused(Conflict):
    slug, title = "message-reused", mark("Another message has this id")
    meaning = mark(
        "A message is taken once; sent again, it is answered as the first time. What says another "
        "thing needs an id of its own. Nothing was stored."
    )


class PreconditionFailed(DomainError):
    slug, status, title = "precondition-failed", 412, mark("Changed in the meantime")
    meaning = mark(
        "The version in `If-Match` is not the present one: somebody else changed the report. "
        "`facts` lists the values "
        "that differ. Read it again, put the changes together and send them with the new ETag."
    )


class TooLarge(DomainError):
    slug, status, title = "too-large", 413, mark("Too much at once")
    meaning = mark("A declared limit is passed; `facts` holds the limit and what was asked.")


class BodyTooLarge(TooLarge):
    slug, title = "body-too-large", mark("The body is too large")
    meaning = mark("A body may not pass the limit in `facts`, in bytes after any transfer coding.")


class TooManyCells(TooLarge):
    slug, title = "too-many-cells", mark("The question is too broad")
    meaning = mark(
        "An answer may not pass the number of cells in `facts`. Ask for fewer areas, "
        "indicators or periods."
    )


class UnsupportedMediaType(DomainError):
    slug, status, title = (
        "unsupported-media-type",
        415,
        mark("A body of this media type isn't read"),
    )
    meaning = mark("Send the body as `Content-Type: application/json` in UTF-8.")


class InvalidRequest(DomainError):
    slug, status, title = "invalid-request", 422, mark("The request has faults")
    meaning = mark(
        "Every fault is listed in `errors`, each with a pointer to its place. Nothing was stored."
    )


class InvalidValues(InvalidRequest):
    slug, title = "invalid-values", mark("Some values can't be taken")
    meaning = mark(
        "A value is not a decimal, has too many digits or decimals, is out of the "
        "indicator's bounds, or belongs to an "
        "indicator that the unit is not assigned. All such values are listed. Nothing was stored."
    )


class RulesBroken(InvalidRequest):
    slug, title = "rules-broken", mark("The values contradict each other")
    meaning = mark(
        "Validation rules of severity `error` are broken. A draft may be saved like this, "
        "but not submitted or sent."
    )


class CommentNeeded(InvalidRequest):
    slug, title = "comment-needed", mark("A comment is needed")
    meaning = mark(
        "There are warnings, or the step itself asks for a reason: send a `comment` that "
        "answers them."
    )


class PeriodRefused(InvalidRequest):
    slug, title = "period-refused", mark("The period can't be reported")
    meaning = mark("The period lies in the future, or the unit did not owe a report for it.")


class YearArchived(InvalidRequest):
    slug, title = "year-archived", mark("The year's figures are archived")
    meaning = mark(
        "The figures of the year were put into the archive: nothing of its periods is answered "
        "or taken until an administrator of the server brings the year back."
    )


class CatalogueInvalid(InvalidRequest):
    slug, title = "catalogue-invalid", mark("The catalogue breaks its own rules")
    meaning = mark("Each fault is named with its file and row. Nothing was loaded.")


class AddressRefused(InvalidRequest):
    slug, title = "address-refused", mark("Messages may not go there")
    meaning = mark(
        "The service connects only to hosts that its operator has allowed, and to addresses of "
        "private networks only where the operator has listed these."
    )


class CertificateRefused(InvalidRequest):
    slug, title = "certificate-refused", mark("The certificate can't be registered")
    meaning = mark(
        "Register one X.509 certificate as PEM, without its private key, that is not expired and "
        "whose key is EC on P-256 or P-384, or RSA of 2048 bits or more. Every fault is listed."
    )


class SignatureNeeded(InvalidRequest):
    slug, title = "signature-needed", mark("A signature is needed")
    meaning = mark(
        "Of this unit only signed reports are taken: sign the bytes of `GET …/document` and send "
        "the detached JWS as `signature`. Nothing was stored."
    )


class SignatureRefused(InvalidRequest):
    slug, title = "signature-refused", mark("The signature is not taken")
    meaning = mark("The problem says which check the signature failed. Nothing was stored.")


class SignatureMalformed(SignatureRefused):
    slug, title = "signature-malformed", mark("The signature can't be read")
    meaning = mark(
        "A signature is a detached JWS (RFC 7515, RFC 7797) whose header holds `alg`, "
        '`b64: false`, `crit: ["b64"]`, `x5c` and, as `kid`, the SHA-256 of the first certificate '
        "in hexadecimal."
    )


class AlgorithmRefused(SignatureRefused):
    slug, title = "algorithm-refused", mark("This algorithm is not taken")
    meaning = mark(
        "ES256 goes with keys on P-256, ES384 with P-384, RS256 and PS256 with RSA. Never `none`, "
        "never a shared secret."
    )


class CertificateUnknown(SignatureRefused):
    slug, title = "certificate-unknown", mark("The certificate is not registered")
    meaning = mark(
        "Only certificates that an administrator registered for this unit or partner are trusted, "
        "whoever issued them."
    )


class CertificateNotValid(SignatureRefused):
    slug, title = "certificate-not-valid", mark("The certificate is not valid at this time")
    meaning = mark("It is expired, or not valid yet: `facts` tells from when to when it is.")


class CertificateRevoked(SignatureRefused):
    slug, title = "certificate-revoked", mark("The certificate is revoked")
    meaning = mark("It signs nothing any more. What it signed before stays signed.")


class SignatureMismatch(SignatureRefused):
    slug, title = "signature-mismatch", mark("The signature is of something else")
    meaning = mark(
        "The bytes that were signed are not these. Sign what `GET …/document` gives, to the byte: "
        "of this unit, period and version, with these values."
    )


class PreconditionRequired(DomainError):
    slug, status, title = "precondition-required", 428, mark("If-Match is needed")
    meaning = mark(
        "A write to a report that exists must carry its ETag in `If-Match`, so that nobody's "
        "work is lost."
    )


class InternalError(DomainError):
    slug, status, title = "internal-error", 500, mark("A fault of the service")
    meaning = mark(
        "The fault is ours and is logged under the request id. Nothing was half-written."
    )


class ServiceUnavailable(DomainError):
    slug, status, title = "service-unavailable", 503, mark("Not available at the moment")
    meaning = mark("Try again after the seconds in `Retry-After`.")


class DatabaseUnavailable(ServiceUnavailable):
    slug, title = "database-unavailable", mark("The database does not answer")
    meaning = mark(
        "The database is down, restarting or overloaded. Try again after the seconds in "
        "`Retry-After`."
    )


def all_problems() -> list[type[DomainError]]:
    """Give every class of the tree that has a slug, by status and slug."""
    found: list[type[DomainError]] = []
    waiting = list(DomainError.__subclasses__())
    while waiting:
        found.append(waiting.pop())
        waiting += found[-1].__subclasses__()
    return sorted(found, key=lambda problem: (problem.status, problem.slug))
