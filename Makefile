# TrenchCoat Pro: the whole interface. `make` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
SOURCES := bot core handlers data config
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Each worker of the tests has its own interpreter: as many as the machine has processors.
WORKERS ?= auto

.PHONY: help run test check bench docs lock clean fuzz long format

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: $(VENV)/.run ## Set up and start: the console on the practice market, or the front ends that have a token
	@$(BIN)/trenchcoat $(ARGS)

test: $(VENV)/.dev ## Set up and run all tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(VENV)/.dev ## Format, lint, types, structure
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/unit/structure -p no:cacheprovider

format: $(VENV)/.dev ## Format the code and mend what can be mended
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

bench: $(VENV)/.dev ## Measure: ratios against plain peers, in one run
	@$(BIN)/python -m tests.bench $(ARGS)

fuzz: $(VENV)/.dev ## 100,000 generated commands and raw updates
	@TRENCHCOAT_FUZZ=long $(BIN)/python -m pytest tests/e2e/test_fuzz.py -n $(WORKERS) --timeout 7200

long: $(VENV)/.dev ## The long drills: kill -9 at 200 points, all fault subsets
	@TRENCHCOAT_DRILLS=long $(BIN)/python -m pytest -m drill -n $(WORKERS) --timeout 7200

docs: $(VENV)/.dev ## Write the generated pages anew
	@$(BIN)/python -m docs.generate

lock: $(VENV)/.dev ## Pin the newest allowed versions with their hashes
	@for set in run dev; do \
		$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --all-build-deps \
			--no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			--no-emit-options $$([ $$set = dev ] && echo --extra dev) -o requirements/$$set.lock pyproject.toml; \
	done

clean: ## Remove what the other targets made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Setting up: about a minute, once." >&2
	@$(PIP) --require-hashes -r requirements/run.lock
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "Setting up for development: about a minute, once." >&2
	@$(PIP) --require-hashes -r requirements/dev.lock
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/.run
