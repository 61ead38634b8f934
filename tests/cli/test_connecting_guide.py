"""The guide to connecting is true: its commands are run, from nothing to receipts."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "CONNECTING.md"
TEXT = GUIDE.read_text(encoding="utf-8")
SEND, LOOK = re.findall(r"<!-- tested -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
SHOWN = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)[0]
#: Kills the receiver however the commands end, and waits until it listens.
AROUND = """
trap 'kill %1' EXIT
{before}
until curl -s -o {null} localhost:{port}/messages; do sleep 0.1; done
{after}
"""


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.mark.committed
def test_the_guides_commands_end_with_the_guides_receipts(
    committed_url: str, tmp_path: Path
) -> None:
    """Five commands: a key, a receiver, a partner, a month's packages, their delivery."""
    assert shutil.which("curl"), "The guide needs curl. As root: apt-get install curl"
    port = free_port()
    before, _, rest = SEND.partition(" &\n")
    script = AROUND.format(before=f"{before} &", null=os.devnull, port=9100, after=rest + LOOK)
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"])

    done = subprocess.run(
        ["bash", "-ec", script.replace("9100", str(port))],
        cwd=tmp_path,
        env={
            "PATH": path,
            "no_proxy": "*",
            "DATABASE_URL": committed_url,
            "INDICATORS_LOG_LEVEL": "error",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    answer = done.stdout[done.stdout.index('{"messages"') :]
    given, shown = json.loads(answer), json.loads(SHOWN)
    for message in given["messages"]:
        message["message_id"] = re.sub(r"[0-9a-f]{8}$", "…", message["message_id"])
        message["received_at"] = "…"
    assert given == shown
