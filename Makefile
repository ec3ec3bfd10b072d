# Everything a fresh Debian or Ubuntu needs is python3 (3.11 or newer), python3-venv and make. `make` alone says what there is.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
SYNC := UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help run test check bench clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

run: .venv/.ready ## set up on first use, then run with 200 made-up clients; obeys PORT and WINBACK_DATA_DIR
	@exec $(BIN)/winback up --sample

test: .venv/.ready-to-develop ## all tests
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/.ready-to-develop ## lint, format, types, import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.ready-to-develop ## the benchmarks, one table
	@$(BIN)/python -m benchmarks

clean: ## remove what was set up and cached; data stays
	@rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# Each stamp is written after its work is done, so that what was interrupted is done again. uv keeps what it did not
# install (--inexact): it lives in the environment itself, and `run` after `test` takes nothing away.
.venv/.ready: .venv/.made pyproject.toml uv.lock
	@echo "Installing Winback into .venv …"
	@$(SYNC) --no-dev
	@touch $@

.venv/.ready-to-develop: .venv/.made pyproject.toml uv.lock
	@echo "Installing Winback and the tools to develop it into .venv …"
	@$(SYNC)
	@touch $@ .venv/.ready

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Type: sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Winback needs Python 3.11 or newer, this is $$($(PYTHON) --version). With a newer one, type: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. Type: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
