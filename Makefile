# The doors of this project. Each sets up what it needs; nothing is assumed but git and Python 3.11 or newer.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
PYTEST := $(BIN)/pytest

# What takes long or needs more than Python carries a mark. CI gives each a short dose, `make proof` a long one.
DOSES := peers or load or fuzz or proof

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgres check lock layout lint types imports house format bench proof screenshots ci clean

help: ## say what can be made
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: .venv/run.stamp ## a square on :3000 and a circle on :3001, tied (ARGS="--posts FILE --rate 5")
	@$(BIN)/kizuna demo $(ARGS)

test: .venv/dev.stamp ## every test that needs no machine of its own (ARGS="tests/circle -x")
	@tests/setup.sh
	$(PYTEST) -n 2 --dist loadfile $(ARGS)

test-postgres: .venv/dev.stamp ## the same tests on PostgreSQL, which they start (ARGS="tests/circle -x")
	@tests/setup.sh
	STORES=postgres $(PYTEST) -n 2 --dist loadfile $(ARGS)

check: lock layout lint types imports house ## format, lint, types, imports, house (make -k check: all of them)

lock: .venv/dev.stamp
	$(UV) lock --check --offline --quiet
layout: .venv/dev.stamp
	$(BIN)/ruff format --check .
lint: .venv/dev.stamp
	$(BIN)/ruff check .
types: .venv/dev.stamp
	$(BIN)/pyright
imports: .venv/dev.stamp
	$(BIN)/lint-imports
house: .venv/dev.stamp
	$(PYTEST) tests/house

format: .venv/dev.stamp ## put imports and layout in order
	$(BIN)/ruff check --select I --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp ## the numbers of this machine, with p50 and p99
	$(BIN)/python -m bench $(ARGS)

proof: .venv/dev.stamp ## the long proofs: fuzz, kills, simulation, two worlds (at most an hour)
	@tests/setup.sh
	DOSE=long $(PYTEST) -n 2 --dist loadfile -m "$(DOSES)" $(ARGS)

screenshots: .venv/dev.stamp ## pictures of every page into build/screenshots, and the one of the README
	@tests/setup.sh
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

ci: check test test-postgres ## what a change must pass: check, test on both databases, and a short dose of everything else
	DOSE=short $(PYTEST) -n 2 --dist loadfile -m "$(DOSES)"

clean: ## forget everything that was built (data stays)
	rm -rf .venv .tools build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The project's own uv, so that no machine needs one.
$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Kizuna needs Python 3.11 or newer; say where it is: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .tools || \
	  { rm -rf .tools; echo "This Python cannot make environments; install its venv module (Debian: python3-venv)"; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# What the server needs. --inexact leaves the tools of a developer where they are.
.venv/run.stamp: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --frozen --no-dev --inexact --quiet --python .tools/bin/python
	@touch $@

# What a developer needs on top.
.venv/dev.stamp: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --frozen --quiet --python .tools/bin/python
	@touch .venv/run.stamp $@
