"""Subscribers of the tests: set up over HTTP, told by a worker, on a server that keeps it all."""

import json
from typing import TYPE_CHECKING, Any

from indicators_api.exchange import fanout, worker
from indicators_api.exchange.fanout import Portion
from indicators_api.exchange.worker import Settings
from tests.callers import Caller
from tests.factories import done

if TYPE_CHECKING:  # the fixtures stand on this file
    from tests.exchange.conftest import Server

Json = dict[str, Any]

#: `whsec_` and 32 bytes in base64.
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 - the tests' own
SECRET_NAME = "EXCHANGE_SECRET_IOC"  # noqa: S105 - a name
#: So that there is more than one batch.
SMALL = Portion(batch=3)
HOOK = "/hooks/indicators"


def partner(base_url: str, **other: Any) -> Json:
    """Give what the operations centre is as a partner, different where told."""
    return {
        "name_vi": "Trung tâm Điều hành thông minh",
        "name_en": "Operations centre",
        "kind": "operations_centre",
        "base_url": base_url,
        "authentication": "hmac",
        "secret": f"env:{SECRET_NAME}",
        "takes": ["event"],
        **other,
    }


class Push:
    """An administrator who subscribes, a worker who tells, and what the receiver was told."""

    def __init__(self, administrator: Caller, settings: Settings, server: "Server") -> None:
        self.administrator, self.settings, self.server = administrator, settings, server
        done(administrator.put("/partners/IOC", partner(f"{server.url}/ioc")))

    def subscribe(self, **other: Any) -> int:
        """Subscribe the operations centre, to all unless told; give the number."""
        body = {"partner": "IOC", "path": HOOK, **other}
        return int(done(self.administrator.post("/subscriptions", body), 201)["number"])

    def take(self, number: int, step: str, **said: Any) -> Json:
        """Pause, resume or test a subscription."""
        answer = self.administrator.post(f"/subscriptions/{number}/{step}", said)
        return dict(done(answer, 202 if step == "test" else 200))

    def look(self, number: int) -> Json:
        """Read a subscription."""
        return dict(done(self.administrator.get(f"/subscriptions/{number}")))

    def put_out(self, portion: Portion = SMALL) -> int:
        """Put what has happened into the outbox."""
        settings = self.settings
        return fanout.fan_out(settings.database, 1, at=settings.clock(), portion=portion)

    def run(self) -> None:
        """Put what has happened into the outbox, and deliver what is due."""
        self.put_out()
        worker.work_off(self.settings)

    def told(self) -> list[tuple[str, str | None]]:
        """Give kind and unit of all that came, in order."""
        return [(body["type"], body["data"].get("unit")) for body in self.bodies()]

    def bodies(self) -> list[Json]:
        """Give all that came, in order."""
        return [json.loads(body) for _, _, body in self.server.seen]
