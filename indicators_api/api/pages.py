"""Pages for people: /, /docs and /problems/{slug}. Public; every file comes from this server."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)

from indicators_api.api import json
from indicators_api.api.problems import catalogue
from indicators_api.api.rest import document

STATIC = Path(__file__).parent / "static"
ASSETS = frozenset({"pages.css", "bulletin.css", "docs.css", "start.js", "scalar/standalone.js"})
#: Stated here because the registry of the machine may say otherwise.
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
YEAR = 365 * 24 * 3600

PAGES_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
#: Scalar sets style attributes and compiles nothing: inline styles, but no inline or eval'd script.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

blueprint = Blueprint("pages", __name__, template_folder="templates")


class Asset(NamedTuple):
    """A file as it is sent, plain and compressed; the digest is of the plain bytes."""

    plain: bytes
    gzipped: bytes
    digest: str
    media_type: str


@cache
def read_asset(name: str) -> Asset:
    """Read and compress a file once per process: Scalar is 4.4 MB plain, 1.3 MB compressed."""
    plain = (STATIC / name).read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:16]
    media_type = MEDIA_TYPES[Path(name).suffix]
    return Asset(plain, gzip.compress(plain, mtime=0), digest, media_type)


def asset_url(name: str) -> str:
    """Address of a file with its digest, so that browsers may keep it until it changes."""
    return url_for("pages.asset", name=name, v=read_asset(name).digest)


@blueprint.app_context_processor
def offer_assets() -> dict[str, object]:
    """Let templates write asset('pages.css')."""
    return {"asset": asset_url}


@blueprint.get("/")
def home() -> str:
    """Say what this is and where to go."""
    return render_template("home.html")


@blueprint.get("/docs", strict_slashes=False)
def docs() -> str:
    """Show the OpenAPI document in Scalar."""
    return render_template("docs.html")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Send the OpenAPI document, the same as in openapi/openapi.json."""
    response = make_response(json.pretty(document(current_app)))
    response.content_type = "application/json"
    response.add_etag(weak=True)  # the same for the compressed bytes
    response.make_conditional(request)
    return response


@blueprint.get("/problems/", strict_slashes=False)
def problems() -> str:
    """List the types of error."""
    return render_template("problems.html", catalogue=catalogue())


@blueprint.get("/problems/<slug>", strict_slashes=False)
def problem(slug: str) -> str:
    """Explain one type of error: where the `type` of a problem leads."""
    found = {each.slug: each for each in catalogue()}.get(slug)
    if found is None:
        abort(404)
    return render_template("problem.html", problem=found)


@blueprint.get("/docs/assets/<path:name>")
def asset(name: str) -> Response:
    """Send a style sheet or script; kept for a year where the address carries its digest."""
    if name not in ASSETS:
        abort(404)
    file = read_asset(name)
    compressed = request.accept_encodings["gzip"] > 0
    response = make_response(file.gzipped if compressed else file.plain)
    response.content_type = file.media_type
    response.vary.add("Accept-Encoding")
    if compressed:
        response.content_encoding = "gzip"
    response.set_etag(f"{file.digest}-gzip" if compressed else file.digest)
    keep(response, for_good=request.args.get("v") == file.digest)
    response.make_conditional(request)
    return response


def keep(response: Response, *, for_good: bool) -> None:
    """Let anyone store the file, and use it unasked only where its address names the content."""
    response.cache_control.public = True
    if for_good:
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True


@blueprint.after_request
def guard(response: Response) -> Response:
    """Allow each page no more than it needs, and nothing from another server."""
    policy = DOCS_POLICY if request.endpoint == "pages.docs" else PAGES_POLICY
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if not response.cache_control:
        response.cache_control.no_cache = True
    return response
