# Everything a fresh Debian or Ubuntu needs is python3 (3.11 or newer), python3-venv and make. `make` alone says what there is.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
SYNC := UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python
PACKAGES := build-stream-processor build-email-processor build-backend

.DEFAULT_GOAL := help
.PHONY: help run test check bench build $(PACKAGES) build-frontend build-infrastructure bootstrap deploy destroy clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

run: .venv/.ready ## set up on first use, then run with 200 made-up clients; obeys PORT and WINBACK_DATA_DIR
	@exec $(BIN)/winback up --sample

test: .venv/.ready-to-develop infra/node_modules/.ready ## all tests
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/.ready-to-develop ## lint, format, types, import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.ready-to-develop ## the benchmarks, one table
	@$(BIN)/python -m benchmarks

build: $(PACKAGES) build-frontend build-infrastructure ## all of AWS into dist/: packages, front end, template; one by one: make build-NAME

$(PACKAGES): .venv/.ready-to-deploy
	@$(BIN)/python -m infra.packages $(@:build-%=%)

build-frontend:
	@mkdir -p dist/frontend
	@cp infra/placeholder.html dist/frontend/index.html

build-infrastructure: $(PACKAGES) infra/node_modules/.ready
	@$(BIN)/python -m infra.deploy synth

bootstrap: infra/node_modules/.ready ## prepare an AWS account and region for the CDK, once
	@$(BIN)/python -m infra.deploy bootstrap

deploy: infra/node_modules/.ready build-frontend ## build, then create or update the stack on AWS; reads .env.deploy
	@$(BIN)/python -m infra.deploy deploy

destroy: .venv/.ready-to-deploy ## remove the stack from AWS and all that is in it
	@$(BIN)/python -m infra.deploy destroy

clean: ## remove what was set up and cached; data stays
	@rm -rf .venv dist infra/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests benchmarks infra -type d -name __pycache__ -prune -exec rm -rf {} +

# Each stamp is written after its work is done, so that what was interrupted is done again. uv keeps what it did not
# install (--inexact): it lives in the environment itself, and `run` after `test` takes nothing away.
.venv/.ready: .venv/.made pyproject.toml uv.lock
	@echo "Installing Winback into .venv …"
	@$(SYNC) --no-dev
	@touch $@

.venv/.ready-to-deploy: .venv/.made pyproject.toml uv.lock
	@echo "Installing what puts Winback on AWS into .venv …"
	@$(SYNC) --no-dev --extra aws --group infra
	@touch $@ .venv/.ready

.venv/.ready-to-develop: .venv/.made pyproject.toml uv.lock
	@echo "Installing Winback and the tools to develop it into .venv …"
	@$(SYNC) --extra aws
	@touch $@ .venv/.ready .venv/.ready-to-deploy

infra/node_modules/.ready: infra/package.json infra/package-lock.json | .venv/.ready-to-deploy
	@echo "Installing the CDK into infra/node_modules …"
	@cd infra && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Type: sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Winback needs Python 3.11 or newer, this is $$($(PYTHON) --version). With a newer one, type: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. Type: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
