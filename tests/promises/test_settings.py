"""The promises of operation: settings are documented and checked, logs tell no secrets."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from indicators_api.config import Config, ConfigError, from_environment
from indicators_api.logs import REQUEST_ID, JsonFormatter
from tests.callers import Caller

PROJECT = Path(__file__).resolve().parents[2]
ROW = re.compile(
    r"^\| `(?P<setting>[A-Z_]+)` \| (?P<default>.*?) \| (?P<meaning>.*) \|$", re.MULTILINE
)

URL = "postgresql://indicators:secret-word@db.example/indicators"


def documented() -> list[tuple[str, str, str]]:
    """The rows of the README's table: setting, default, meaning."""
    return ROW.findall((PROJECT / "README.md").read_text(encoding="utf-8"))


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    """The README's table is config.py, in its order."""
    read = [
        (
            item.metadata["variable"],
            "none" if item.metadata["default"] is None else f"`{item.metadata['default']}`",
            item.metadata["meaning"],
        )
        for item in fields(Config)
    ]

    assert documented() == read


def test_a_default_is_a_value_that_the_setting_takes() -> None:
    """What the table shows can be written out as well as left away."""
    shown = {name: default.strip("`") for name, default, _ in documented()} | {"DATABASE_URL": URL}

    assert from_environment(shown) == from_environment({"DATABASE_URL": URL})


def test_an_empty_setting_is_one_that_is_not_given() -> None:
    """compose.yaml passes settings on that may be empty."""
    given = {item.metadata["variable"]: "" for item in fields(Config)} | {"DATABASE_URL": URL}

    assert from_environment(given) == from_environment({"DATABASE_URL": URL})


def test_all_faults_of_the_settings_are_named_at_once() -> None:
    """An operator corrects them in one go."""
    wrong = {
        "PORT": "80000",
        "HOST": "http://here",
        "INDICATORS_WORKERS": "two",
        "INDICATORS_THREADS": "٤",
        "INDICATORS_LOG_LEVEL": "loud",
        "INDICATORS_MAX_CELS": "1000",
        "INDICATORS_SIGNING_KEY": "key.pem",
    }

    with pytest.raises(ConfigError) as refused:
        from_environment(wrong)

    assert str(refused.value).splitlines() == [
        "INDICATORS_MAX_CELS is not a setting; the README lists them.",
        "DATABASE_URL is missing: it is PostgreSQL, as `postgresql://…`.",
        "HOST must be an address to listen on, such as 127.0.0.1 or 0.0.0.0.",
        "PORT must be a whole number from 1 to 65535.",
        "INDICATORS_WORKERS must be a whole number from 1 to 64.",
        "INDICATORS_THREADS must be a whole number from 1 to 64.",
        "INDICATORS_LOG_LEVEL must be one of debug, info, warning, error.",
        "INDICATORS_SIGNING_KEY must be the absolute path of a file, or none.",
    ]


def test_the_signing_key_is_read_when_it_is_needed_not_before() -> None:
    """A service that signs nothing yet starts without the file."""
    given = {"DATABASE_URL": URL, "INDICATORS_SIGNING_KEY": "/run/secrets/signing.pem"}

    assert from_environment({"DATABASE_URL": URL}).signing_key is None
    assert from_environment(given).signing_key == Path("/run/secrets/signing.pem")


PORT = ("PORT", "many", "PORT must be a whole number from 1 to 65535.")
SIGNING_KEY = (
    *("INDICATORS_SIGNING_KEY", "/nowhere/key.pem"),
    "The signing key /nowhere/key.pem can't be read: No such file or directory.",
)


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (["gunicorn", "wsgi:app"], PORT),
        (["gunicorn", "wsgi:app"], SIGNING_KEY),
        (["indicators-api", "run"], PORT),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    command: list[str], wrong: tuple[str, str, str]
) -> None:
    """No trace: the sentence says what to do."""
    setting, value, sentence = wrong
    program = Path(sys.executable).with_name(command[0])
    environment = {**os.environ, "DATABASE_URL": URL, setting: value}

    done = subprocess.run(
        [program, *command[1:]],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.strip() == f"indicators-api: {sentence}"


def test_settings_are_printed_without_the_password() -> None:
    """They may end up in a log or a trace."""
    assert "secret-word" not in repr(from_environment({"DATABASE_URL": URL}))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """What the service would have written, line by line."""
    written: list[str] = []
    formatter = JsonFormatter()

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(formatter.format(record))

    keeper = Keeper()
    caplog.set_level(logging.DEBUG)
    logging.getLogger().addHandler(keeper)
    yield lambda: written
    logging.getLogger().removeHandler(keeper)


def test_a_call_is_logged_without_its_token_its_query_and_its_body(
    client_of: Callable[..., Caller], lines: Callable[[], list[str]]
) -> None:
    """Method, path, status and who, under the id that the client was given."""
    leader = client_of("leader", unit="H59.21.11")
    body = {"unit": "H59.21.11", "period": "2024-07", "values": {"XH160101": 987654321}}

    answer = leader.post("/reports", body, headers={"X-Request-Id": "asked-1"})
    leader.get("/reports?period=2024-07&state=draft")

    calls = [json.loads(line) for line in lines() if '"indicators_api.access"' in line]
    assert answer.status_code == 201
    assert [(call["method"], call["path"], call["status"]) for call in calls] == [
        ("POST", "/api/v1/reports", 201),
        ("GET", "/api/v1/reports", 200),
    ]
    assert calls[0]["request_id"] == "asked-1"
    assert calls[0]["role"] == "leader"
    for secret in (leader.token, leader.token.split("_", 2)[2], "987654321", "state=draft"):
        assert not any(secret in line for line in lines())


def test_a_crash_is_logged_under_the_id_that_the_client_was_told(
    app: Flask, lines: Callable[[], list[str]]
) -> None:
    """The trace is in the log, the id in both, nothing of it in the answer."""

    def crash() -> str:
        raise ZeroDivisionError("what nobody thought of")

    app.add_url_rule("/crash", view_func=crash)

    answer = app.test_client().get("/crash?token=ia_1_secret")

    told = json.loads(answer.data)
    traces = [line for line in map(json.loads, lines()) if "trace" in line]
    assert answer.status_code == 500
    assert [line["request_id"] for line in traces] == [told["request_id"]]
    assert "ZeroDivisionError" in traces[0]["trace"]
    assert "nobody thought" not in answer.text
    assert not any("ia_1_secret" in line for line in lines())
    assert REQUEST_ID.get() is None


def test_a_line_is_json_with_a_moment_that_names_its_offset() -> None:
    """RFC 3339, whatever the machine's time zone."""
    record = logging.makeLogRecord({"msg": "Số liệu %s", "args": ("mới",), "levelname": "INFO"})

    line = json.loads(JsonFormatter().format(record))

    assert line["message"] == "Số liệu mới"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", line["time"])


def test_gunicorn_takes_its_settings_and_finds_the_application() -> None:
    """Gunicorn reads every name of gunicorn.conf.py as a setting; the pool opens later."""
    done = subprocess.run(
        [Path(sys.executable).with_name("gunicorn"), "--check-config", "wsgi:app"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": URL},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert all(json.loads(line)["level"] == "info" for line in done.stderr.splitlines())
