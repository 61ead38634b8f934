"""Settings, from the environment alone.

A missing, malformed or unknown one stops the start with a sentence.

The table in the README is tested against this module.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from indicators_api.addresses import Allowed

#: Settings of ours begin like this, so that a mistyped one is noticed.
PREFIX = "INDICATORS_"


class ConfigError(Exception):
    """A setting is missing, malformed or unknown; the text is for the operator."""


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _database_url(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("a plain postgresql://user:password@host:port/database address")
    return text.replace("postgres://", "postgresql://", 1)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _hosts(text: str) -> tuple[str, ...]:
    try:
        Allowed.read(hosts := _listed(text))
    except ValueError:
        raise ValueError(
            "host names, addresses and networks, comma separated: lgsp.example.vn, 10.1.0.0/16"
        ) from None
    return hosts


def _log_level(text: str) -> str:
    if text not in {"debug", "info", "warning", "error"}:
        raise ValueError("one of debug, info, warning, error")
    return text


def _pooler(text: str) -> str:
    if text not in {"none", "transaction"}:
        raise ValueError("none or transaction")
    return text


def _optional_path(text: str) -> Path | None:
    return Path(text) if text else None


def _host(text: str) -> str:
    if not text or "/" in text or " " in text:
        raise ValueError("an address to listen on, such as 127.0.0.1 or 0.0.0.0")
    return text


def _file(text: str) -> Path | None:
    if text != "none" and not text.startswith("/"):
        raise ValueError("the absolute path of a file, or none")
    return None if text == "none" else Path(text)


def _setting(variable: str, read: Callable[[str], Any], meaning: str, default: str | None) -> Any:
    meta = {"variable": variable, "read": read, "meaning": meaning, "default": default}
    # Addresses of databases hold a password: they must not be printed with the others.
    return field(metadata=meta, repr=not variable.endswith("_URL"))


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the operator decides. Fields in the order of the README's table."""

    database_url: str = _setting(
        "DATABASE_URL", _database_url, "PostgreSQL, as `postgresql://…`", None
    )
    replica_url: str = _setting(
        "DATABASE_REPLICA_URL",
        lambda text: _database_url(text) if text else "",
        "A streaming replica of it, for reads; empty: there is none",
        "",
    )
    replica_wait_ms: int = _setting(
        "INDICATORS_REPLICA_WAIT_MS",
        _whole(0, 10_000),
        "How long a read waits for the replica to hold all that was committed when it came, in"
        " milliseconds; then the primary answers",
        "20",
    )
    pooler: str = _setting(
        "DATABASE_POOLER",
        _pooler,
        "What stands before PostgreSQL, and before the replica: `none`, or `transaction` for one"
        " that lends connections by the transaction (PgBouncer)",
        "none",
    )
    host: str = _setting("HOST", _host, "Address to listen on", "127.0.0.1")
    port: int = _setting("PORT", _whole(1, 65535), "Port to listen on", "8000")
    workers: int = _setting(
        "INDICATORS_WORKERS", _whole(1, 64), "Worker processes; 2 × cores is a good start", "2"
    )
    threads: int = _setting(
        "INDICATORS_THREADS",
        _whole(1, 64),
        "Threads a worker; also its database connections (workers × threads must stay below"
        " PostgreSQL's `max_connections`)",
        "4",
    )
    max_body_bytes: int = _setting(
        "INDICATORS_MAX_BODY_BYTES",
        _whole(1024, 1 << 30),
        "Largest request body, in bytes; above it 413",
        str(2 * 1024 * 1024),
    )
    max_cells: int = _setting(
        "INDICATORS_MAX_CELLS",
        _whole(1000, 100_000_000),
        "Most cells (area × indicator × period) that a question may span unless its answer is"
        " streamed; above it 413",
        "200000",
    )
    statement_timeout_ms: int = _setting(
        "INDICATORS_STATEMENT_TIMEOUT_MS",
        _whole(100, 3_600_000),
        "Longest time for one statement in the database, in milliseconds; above it 503",
        "30000",
    )
    write_timeout_ms: int = _setting(
        "INDICATORS_WRITE_TIMEOUT_MS",
        _whole(100, 3_600_000),
        "The same for a statement of a call that writes",
        "30000",
    )
    stream_timeout_ms: int = _setting(
        "INDICATORS_STREAM_TIMEOUT_MS",
        _whole(100, 86_400_000),
        "The same for a streamed answer, which lasts as long as its client reads; above it the"
        " answer breaks off",
        "600000",
    )
    cors_origins: tuple[str, ...] = _setting(
        "INDICATORS_CORS_ORIGINS",
        _listed,
        "Web origins whose pages may call, comma separated; `*` for all",
        "*",
    )
    exchange_hosts: tuple[str, ...] = _setting(
        "INDICATORS_EXCHANGE_HOSTS",
        _hosts,
        "Hosts that messages may go to, comma separated; addresses of private networks only where"
        " the network is listed too, as `10.1.0.0/16`",
        "",
    )
    secrets_folder: str = _setting(
        "INDICATORS_SECRETS_FOLDER",
        str,
        "Folder of the files that partners' secrets are in (`file:NAME`); those named `env:NAME`"
        " are in the environment and begin with `EXCHANGE_SECRET_`",
        "/run/secrets",
    )
    exchange_mapping: Path | None = _setting(  # noqa: RUF009 - a field, as all above
        "INDICATORS_EXCHANGE_MAPPING",
        _optional_path,
        "File that says what the Government Office calls what is ours (TOML); empty: the packaged"
        " one, `indicators_api/data/exchange/mapping.toml`",
        "",
    )
    log_level: str = _setting(
        "INDICATORS_LOG_LEVEL", _log_level, "debug, info, warning or error", "info"
    )
    signing_key: Path | None = _setting(  # noqa: RUF009 - a field, as all above
        "INDICATORS_SIGNING_KEY",
        _file,
        "File with the private key and the certificates (PEM) that what leaves is signed by;"
        " `none`: nothing is",
        "none",
    )
    sharing_days: int = _setting(
        "INDICATORS_SHARING_DAYS",
        _whole(1, 36_500),
        "Days that the sharing log is kept; `indicators-api sharing purge` deletes what is older",
        "1825",
    )


def from_environment(environment: Mapping[str, str]) -> Config:
    """Read the settings. Raises ConfigError that names every fault at once."""
    faults = _unknown(environment)
    values: dict[str, Any] = {}
    for item in fields(Config):
        variable, default = item.metadata["variable"], item.metadata["default"]
        text = environment.get(variable, "") or default
        if text is None:
            faults.append(f"{variable} is missing: it is {item.metadata['meaning']}.")
            continue
        try:
            values[item.name] = item.metadata["read"](text)
        except ValueError as error:
            faults.append(f"{variable} must be {error}.")
    if faults:
        raise ConfigError("\n".join(faults))
    return Config(**values)


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = {item.metadata["variable"] for item in fields(Config)}
    strange = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return [f"{name} is not a setting; the README lists them." for name in strange]
