# Needs Python 3.11 or newer (with venv) and make. `make help` lists the targets.

# Another interpreter: make setup PYTHON=python3.13
PYTHON = python3
BIN = .venv/bin

SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -ec
.DEFAULT_GOAL = help
.PHONY: help setup setup-dev run test check lint types openapi lock bench scale migrate browser pgbouncer messages \
	clean-data

# ---- .venv: a stamp is written last, so what was interrupted has none and starts anew ----

# A copied or moved folder: its .venv still runs the code of the old one.
ifneq ($(shell cat .venv/ready 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/ready .venv/ready-dev)
endif
# PYTHON names another interpreter than the one .venv was made with.
WHICH = -c 'import sys; print(sys.version, sys.base_prefix)'
ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) $(WHICH) 2>&1),$(shell $(BIN)/python $(WHICH) 2>/dev/null))
$(shell rm -f .venv/ready .venv/ready-dev)
endif
endif

PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input
# Of what pip says only what takes time; its warnings and errors come on the other stream.
DOWNLOADS = | sed -un 's/^ *Downloading /  downloading /p'

define check_python
	@command -v $(PYTHON) >/dev/null \
		|| { echo "There is no $(PYTHON): apt-get install python3 python3-venv, or name another one: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$$($(PYTHON) --version 2>&1) is too old, 3.11 is needed: name a newer one: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) has no venv module: apt-get install python3-venv"; exit 1; }
endef

# $(call install,LOCK,WHAT): the hash-locked packages, then the project itself without any index.
define install
	$(check_python)
	@test -e .venv/ready || { echo "Making .venv with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear .venv; }
	@rm -f .venv/ready .venv/ready-dev
	@echo "Installing $(2) from $(1)"
	@$(PIP) install --require-hashes --only-binary :all: --requirement $(1) $(DOWNLOADS)
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" >.venv/ready
endef

.venv/ready: requirements.lock pyproject.toml
	$(call install,requirements.lock,the service)

# Has all that .venv/ready has.
.venv/ready-dev: requirements-dev.lock requirements.lock pyproject.toml
	$(call install,requirements-dev.lock,the service and the tools)
	@touch .venv/ready-dev

# ---- targets ----

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; \
		do printf '  make %-11s %s\n' "$$name" "$$text"; done

setup: .venv/ready ## install the service into .venv (PYTHON=... picks the interpreter)

setup-dev: .venv/ready-dev ## the same with the tools for tests and checks

run: .venv/ready ## start the service on port 8000 (PORT=...), with its own PostgreSQL unless DATABASE_URL is set
	@$(BIN)/indicators-api run

test: .venv/ready-dev ## run the tests on a PostgreSQL of their own (ARGS=... goes to pytest)
	@$(BIN)/pytest -n 2 $(ARGS)

check: lint types ## everything that is checked without running the service
	$(BIN)/indicators-api openapi write --check

lint: .venv/ready-dev ## style, layout, layers, spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/codespell

types: .venv/ready-dev ## mypy
	$(BIN)/mypy

openapi: .venv/ready-dev ## write openapi/openapi.json
	$(BIN)/indicators-api openapi write

# No line may name the registry: locks are read where another one serves the same files.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	--no-emit-build-options $(UPGRADE) pyproject.toml --group build

lock: .venv/ready-dev ## bring both locks in line with pyproject.toml (UPGRADE=--upgrade: to the newest)
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock

bench: .venv/ready-dev ## measure the service against raw SQL and the usual way; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

scale: .venv/ready-dev ## measure how it grows from a province to the country (ARGS="--provinces 1,10 --months 1")
	$(BIN)/python -m benchmarks.scale $(ARGS)

migrate: .venv/ready ## bring the database up to date
	$(BIN)/indicators-api database upgrade

browser: ## install Debian's chromium for the browser test (as root)
	@if command -v chromium >/dev/null; then chromium --version; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing chromium"; \
		apt-get -qq update; \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium >/dev/null; \
		chromium --version; \
	else echo "The browser test needs Debian's chromium. As root: apt-get install chromium"; exit 1; fi

pgbouncer: ## install Debian's pgbouncer for the test behind a pooler (as root)
	@if [ -x /usr/sbin/pgbouncer ]; then /usr/sbin/pgbouncer --version | head -1; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing pgbouncer"; \
		apt-get -qq update; \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends pgbouncer >/dev/null; \
		if [ -d /run/systemd/system ]; then systemctl disable --quiet --now pgbouncer; fi; \
		/usr/sbin/pgbouncer --version | head -1; \
	else echo "The test behind a pooler needs Debian's pgbouncer. As root: apt-get install pgbouncer"; exit 1; fi

LOCALE = indicators_api/locale
# Made anew each time, with the time in it; none of that reaches the committed files.
TEMPLATE = .venv/messages.pot

messages: .venv/ready-dev ## take the marked texts over into locale/vi and compile it; translate what is new there
	@$(BIN)/pybabel --quiet extract --no-default-keywords --keywords mark --no-location --sort-output --no-wrap \
		--output-file $(TEMPLATE) indicators_api
	@$(BIN)/pybabel --quiet update --locale vi --ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete \
		--no-wrap --input-file $(TEMPLATE) --output-dir $(LOCALE)
	@$(BIN)/pybabel compile --statistics --directory $(LOCALE)

clean-data: .venv/ready ## delete the data of the private PostgreSQL for good (asks first)
	@read -rp 'This deletes all figures in the private PostgreSQL. Type yes: ' answer; [ "$$answer" = yes ]
	@$(BIN)/python -c 'from pathlib import Path; from indicators_api.db import embedded as e; \
		[e.remove(e.data_folder(Path.cwd(), name)) for name in ("postgres", "test")]'
