"""How gunicorn serves, each setting with its reason.

Read by `indicators-api run` and the image alike.
"""

import gc
import os
import sys
from typing import Any

from indicators_api.cli import connections, private
from indicators_api.config import ConfigError, from_environment
from indicators_api.exchange.seals import signer_of
from indicators_api.logs import settings

# Not named `config`: gunicorn has a setting of that name, and reads every name here as a setting.
try:
    chosen = from_environment(os.environ)
    # A key that can't be read stops the start with a sentence, not each worker with a trace.
    signer_of(chosen.signing_key)
except ConfigError as error:
    sys.exit(f"indicators-api: {error}")

bind = f"{chosen.host}:{chosen.port}"
# Threads share a pool of connections; two workers of four beat sync and gevent workers
# (performance.md).
worker_class = "gthread"
workers = chosen.workers
threads = chosen.threads
# No preload: the pool of connections must open after the fork.
preload_app = False
# A worker that doesn't answer for so long is replaced; the longest statement is cut at 30 s before.
timeout = 60
# Requests under way get so long to finish when the service stops.
graceful_timeout = 30
# The proxy in front keeps connections open for 15 s; gunicorn must not close first.
keepalive = 20
# The largest gunicorn takes: 649 codes in an address are 5.8 kB.
limit_request_line = 8190
# A message's signature with a chain of certificates; buffers of deploy/nginx.conf hold as much.
limit_request_field_size = 16_384
# Replaced now and then, not all at once, so that a slow leak never matters.
max_requests = 20_000
max_requests_jitter = 2_000
# A second way in that nobody needs.
control_socket_disable = True
# Heartbeats in memory: a slow disk must not look like a hung worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - gunicorn's own use
logconfig_dict = settings(chosen.log_level)


def on_starting(server: Any) -> None:
    """Tell the operator what the first busy hour would."""
    if complaint := connections.complaint(chosen):
        server.log.warning(complaint)


def post_worker_init(_worker: object) -> None:
    """Keep the garbage collector from walking through the whole service for every few reports.

    What is loaded by now stays until the end. A full report makes some thousand tuples, which die
    with it: the youngest generation holds those of several, so that hardly any is looked at twice.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def on_exit(_server: object) -> None:
    """Stop the private PostgreSQL with the last service that uses it."""
    private.release()
