# Everything lies in this folder: the virtual environment in .venv, the rest in var/ (IVR_STATE_DIR).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
# Whoever forbids Python to keep what it has compiled lets each of a thousand processes do it anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help

PYTHON ?= python3
WORKERS ?= 6
MINUTES ?= 10
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-cache-dir
READY := .venv/.ready

.PHONY: help setup run check test chaos bench manual lock clean

help:
	@echo "make run     run the line (OPEN=1: as if it were opening hours)"
	@echo "make test    every test, on a real Asterisk and a real Postgres"
	@echo "make chaos   break everything under load: is a caller lost? (MINUTES=10 SEED=n)"
	@echo "make bench   speed beside Asterisk's own queue, 12 minutes (QUICK=1: 3)"
	@echo "make manual  the manual as a site with search, in var/manual"
	@echo "make check   style, types, import contracts, dialplan"
	@echo "make setup   the set-up alone; run, test and check do it too"
	@echo "make install the line on a Debian host (DESTDIR=… VERSION=…): host/README.md"
	@echo "make test-images  docker/'s images built, and the stack called (wants docker or podman)"
	@echo "make lock    pin the Python packages anew (wants uv)"
	@echo "make clean   stop what runs and remove what was set up"

setup: $(READY)
	@$(BIN)/python -m ivr.embedded setup
	@$(BIN)/ivr prompts build

run: $(READY)
	@exec $(BIN)/ivr run $(if $(OPEN),--open-now)

check: setup
	@echo "style"
	@$(BIN)/ruff check --quiet && $(BIN)/ruff format --check --quiet
	@echo "types"
	@$(BIN)/mypy --no-error-summary
	@echo "import contracts"
	@said=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$said"; exit 1; }
	@echo "dialplan"
	@$(BIN)/python -m ivr.embedded.dialplan_check

test: setup
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --basetemp var/pytest
	@$(BIN)/python -m tests.chaos --minutes 2 --seed 1

chaos: setup
	@$(BIN)/python -m tests.chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

bench: setup
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick) $(BENCH)

manual: $(READY)
	@$(BIN)/python -m ivr.manual

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --all-extras pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links -c requirements.lock pyproject.toml \
	    -o requirements-run.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --group pyproject.toml:build -o requirements-build.lock

clean:
	@if [ -e $(READY) ]; then $(BIN)/python -m ivr.embedded stop; fi
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment knows its own path: a clone that was moved gets a new one.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

$(READY): requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version 2>&1). Set PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python's venv is missing: install the package python3-venv." >&2; exit 1; }
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@echo "Installing Python packages"
	@$(PIP) install -q --require-hashes -r requirements-build.lock
	@$(PIP) install --require-hashes --no-build-isolation --use-pep517 -r requirements.lock | \
	    awk -v all=$$(grep -c '==' requirements.lock) '/^Collecting/ { done++; if (tty) \
	        printf "\r%d of %d", done, all > "/dev/stderr" } END { if (tty) print "" > "/dev/stderr" }' \
	        tty=$$([ -t 2 ] && echo 1 || echo 0)
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@printf '%s' '$(CURDIR)' > $(READY)

include host/install.mk docker/images.mk
