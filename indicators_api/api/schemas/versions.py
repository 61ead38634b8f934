"""Versions of a report, and how they differ. The answers are written by `api/rendering_past.py`."""

from marshmallow import Schema, fields

from indicators_api.api.limits import between
from indicators_api.api.schemas.reports import Counts, FindingAnswer, ReviewedReport, ValueObject
from indicators_api.models.report import VERSION_KINDS


class OpenedVersion(ReviewedReport):
    """A report with a version to edit."""

    kind = fields.String(
        metadata={"description": "revision of accepted values, or resend after a return"}
    )


class VersionLine(Schema):
    """A version, and what became of it."""

    version = fields.Integer()
    kind = fields.String(metadata={"description": f"One of {', '.join(VERSION_KINDS)}"})
    sent_at = fields.DateTime(
        allow_none=True, metadata={"description": "null: the unit's draft, shown to the unit only"}
    )
    sent_by = fields.String(allow_none=True)
    comment = fields.String(allow_none=True)
    counts = fields.Nested(Counts)
    is_signed = fields.Boolean(
        metadata={"description": "Whether its leader signed it; see `…/signature`"}
    )
    accepted_at = fields.DateTime(allow_none=True, metadata={"description": "null: it was not"})
    returned_at = fields.DateTime(allow_none=True, metadata={"description": "null: it was not"})
    is_sent = fields.Boolean(metadata={"description": "Whether basis `sent` reads it now"})
    is_accepted = fields.Boolean(metadata={"description": "Whether it is in force now"})


class Versions(Schema):
    """Every version of a report that was sent."""

    unit = fields.String()
    period = fields.String()
    data = fields.List(fields.Nested(VersionLine))


class Version(VersionLine):
    """A version with what it says."""

    unit = fields.String()
    period = fields.String()
    values = fields.Dict(keys=fields.String(), values=fields.Nested(ValueObject))
    findings = fields.List(fields.Nested(FindingAnswer))


class SigningCertificate(Schema):
    """The certificate that a signature was verified by."""

    fingerprint = fields.String(metadata={"description": "SHA-256, in hexadecimal"})
    subject = fields.String(
        allow_none=True, metadata={"description": "null, as all below: it is not registered"}
    )
    valid_from = fields.DateTime(allow_none=True)
    valid_to = fields.DateTime(allow_none=True)
    revoked_at = fields.DateTime(
        allow_none=True, metadata={"description": "What it signed before stays signed"}
    )
    pem = fields.String(allow_none=True)


class Refusal(Schema):
    """Why a signature is not one of what is stored."""

    code = fields.String(metadata={"description": "As in `type` of a problem"})
    detail = fields.String()


class VersionSignature(Schema):
    """A leader's signature, verified at reading against what is stored now."""

    unit = fields.String()
    period = fields.String()
    version = fields.Integer()
    verified = fields.Boolean(
        metadata={
            "description": "Whether it is a signature of `document`, by a certificate that was in "
            "force at `signed_at`"
        }
    )
    reason = fields.Nested(
        Refusal, allow_none=True, metadata={"description": "Why not; null: it is verified"}
    )
    signed_at = fields.DateTime(metadata={"description": "When it came, and was verified first"})
    signature = fields.String(metadata={"description": "Detached JWS (RFC 7515, RFC 7797)"})
    certificate = fields.Nested(SigningCertificate)
    document = fields.String(
        metadata={"description": "What is signed: these characters, as UTF-8, and no others"}
    )


class DifferencesQuery(Schema):
    """What to compare a version with."""

    against = fields.Integer(
        validate=between(1, 2**31 - 1),
        metadata={"description": "Another version; by default the one sent before it"},
    )


class VersionDifference(Schema):
    """An indicator of which two versions say different things."""

    difference = fields.String(metadata={"description": "added, removed or changed"})
    before = fields.Nested(ValueObject, allow_none=True)
    after = fields.Nested(ValueObject, allow_none=True)


class DifferenceCounts(Schema):
    """How many indicators there are of each kind."""

    added = fields.Integer()
    removed = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()


class Differences(Schema):
    """A version against another one."""

    unit = fields.String()
    period = fields.String()
    version = fields.Integer()
    against = fields.Integer(
        allow_none=True, metadata={"description": "null: nothing was sent before"}
    )
    counts = fields.Nested(DifferenceCounts)
    differences = fields.Dict(keys=fields.String(), values=fields.Nested(VersionDifference))
