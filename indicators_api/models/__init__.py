"""Tables only, typed, one file per noun.

Importing the package registers all of them on `Base.metadata`.
"""

from indicators_api.models.archived_year import ArchivedYear
from indicators_api.models.area import Area, AreaClosure, AreaLevel, AreaSuccession
from indicators_api.models.assignment import Assignment
from indicators_api.models.certificate import Certificate, ReportSignature, SignaturePolicy
from indicators_api.models.correction import Correction
from indicators_api.models.deadline import DeadlineException, DeadlineRule, Holiday, Regime
from indicators_api.models.delivery import Delivery, DeliveryAttempt, HeldStream
from indicators_api.models.indicator import Indicator
from indicators_api.models.journal import JournalEntry, JournalPosition, JournalWaiting
from indicators_api.models.jurisdiction import Jurisdiction
from indicators_api.models.observation import Observation
from indicators_api.models.package import Package, ReceivedMessage
from indicators_api.models.partner import Partner, PartnerLine
from indicators_api.models.report import Report, ReportStep, ReportVersion
from indicators_api.models.rollup import Counting, Coverage, Rollup, RollupSpread
from indicators_api.models.sector import Sector
from indicators_api.models.sharing import Sharing
from indicators_api.models.subscription import Subscription
from indicators_api.models.target import AnnualTarget
from indicators_api.models.threshold import SnapshotIndicator, Threshold
from indicators_api.models.token import Token
from indicators_api.models.unit import Unit, UnitSuccession
from indicators_api.models.unit_of_measure import UnitOfMeasure
from indicators_api.models.validation_rule import ValidationRule

__all__ = [
    "AnnualTarget",
    "ArchivedYear",
    "Area",
    "AreaClosure",
    "AreaLevel",
    "AreaSuccession",
    "Assignment",
    "Certificate",
    "Correction",
    "Counting",
    "Coverage",
    "DeadlineException",
    "DeadlineRule",
    "Delivery",
    "DeliveryAttempt",
    "HeldStream",
    "Holiday",
    "Indicator",
    "JournalEntry",
    "JournalPosition",
    "JournalWaiting",
    "Jurisdiction",
    "Observation",
    "Package",
    "Partner",
    "PartnerLine",
    "ReceivedMessage",
    "Regime",
    "Report",
    "ReportSignature",
    "ReportStep",
    "ReportVersion",
    "Rollup",
    "RollupSpread",
    "Sector",
    "Sharing",
    "SignaturePolicy",
    "SnapshotIndicator",
    "Subscription",
    "Threshold",
    "Token",
    "Unit",
    "UnitOfMeasure",
    "UnitSuccession",
    "ValidationRule",
]
