"""Certificates, and which units must sign."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, FlagField
from indicators_api.api.limits import between
from indicators_api.api.paging import CursorField


class NewCertificate(Schema):
    """A certificate and its owner: a unit or a partner."""

    pem = fields.String(
        required=True,
        metadata={"description": "One X.509 certificate as PEM, without its private key"},
    )
    unit = CodeField(metadata={"description": "Whose it is; or a partner"})
    partner = CodeField(metadata={"description": "Whose it is; or a unit"})


class CertificateFilter(Schema):
    """Which certificates to list; all unless given."""

    unit = CodeField()
    partner = CodeField()
    in_force = fields.Boolean(
        metadata={"description": "Valid now and not revoked; false: the others"}
    )
    limit = fields.Integer(load_default=500, validate=between(1, 1000))
    cursor = CursorField(int, metadata={"type": "string"})


class Certificate(Schema):
    """A registered certificate."""

    fingerprint = fields.String(
        metadata={"description": "SHA-256 of its DER form, in hexadecimal; the `kid` of signatures"}
    )
    unit = fields.String(allow_none=True, metadata={"description": "null: a partner's"})
    partner = fields.String(allow_none=True, metadata={"description": "null: a unit's"})
    subject = fields.String()
    valid_from = fields.DateTime()
    valid_to = fields.DateTime()
    registered_at = fields.DateTime()
    revoked_at = fields.DateTime(
        allow_none=True,
        metadata={"description": "From then on it signs nothing; null: it was not revoked"},
    )
    pem = fields.String()


class Certificates(Schema):
    """A page of certificates, in the order of their registration."""

    data = fields.List(fields.Nested(Certificate))
    next = fields.String(allow_none=True)


class NewSignaturePolicy(Schema):
    """Whether a unit must sign what it sends."""

    required = FlagField(required=True)


class SignaturePolicy(Schema):
    """Whether a unit must sign what it sends."""

    unit = fields.String()
    required = fields.Boolean()
