"""The one shape of every error (RFC 9457)."""

from marshmallow import INCLUDE, Schema, fields


class ProblemFault(Schema):
    """One fault of the request; `in`, `row`, `column` and others tell more of it."""

    class Meta:
        unknown = INCLUDE

    pointer = fields.String(metadata={"description": "JSON pointer (RFC 6901) to the place"})
    code = fields.String(metadata={"description": "Kind of fault, for programs"})
    detail = fields.String(metadata={"description": "What is wrong and what would be right"})


class Problem(Schema):
    """A problem, as RFC 9457 has it, with all faults of the request at once."""

    type = fields.String(metadata={"description": "Address of the problem's page"})
    title = fields.String(metadata={"description": "Kind of problem, in the reader's language"})
    status = fields.Integer(metadata={"description": "HTTP status"})
    detail = fields.String(metadata={"description": "What happened this time"})
    instance = fields.String(metadata={"description": "Address that was called"})
    request_id = fields.String(
        allow_none=True, metadata={"description": "To quote when asking for help"}
    )
    facts = fields.Dict(metadata={"description": "Figures and names behind the detail"})
    errors = fields.List(fields.Nested(ProblemFault))
