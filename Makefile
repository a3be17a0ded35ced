# What a newcomer can do here. `make` alone lists it.
SHELL := /bin/sh
PYTHON ?= python3.11
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
# Files stay whole, so that what one sets up is set up once, and the slow ones (tests/e2e) begin.
# Three on two cores: some wait for a socket, a lease or a killed server.
SPREAD = -n 3 --dist loadfile --no-loadscope-reorder
# What pytest makes of a test file to say what it compared is kept: to make it takes each process five seconds.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
export UV_PYTHON_DOWNLOADS = never
export PYTHONDONTWRITEBYTECODE = 1
# With uv's own certificates, else with the system's (networks that put theirs in between).
INSTALL = install() { .uv/bin/uv pip install --quiet --python $(BIN)/python "$$@"; }; \
	again() { install "$$@" 2>/dev/null || install --system-certs "$$@"; }; again

.PHONY: help demo setup setup-dev weight test test-full tests all-tests compiled-rooms lint docs migration lock clean

help:  ## list what you can do
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null || grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

.uv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

$(VENV)/.runtime: requirements.lock pyproject.toml setup/lighten.py setup/surplus.py | .uv/bin/uv
	@[ -x $(BIN)/python ] || .uv/bin/uv venv --quiet --python "$$(command -v $(PYTHON))" $(VENV)
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@$(BIN)/python -c "from language.sentences import compile_catalogue; compile_catalogue()"
	@$(BIN)/python -m setup.lighten
	@touch $@

$(VENV)/.compiled: $(VENV)/.runtime
	@$(BIN)/python -m setup.bytecode
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime | .uv/bin/uv
	@$(INSTALL) --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.compiled  ## make the environment that the product runs in

setup-dev: $(VENV)/.dev  ## make the environment that tests and checks need

weight: setup  ## what the environment weighs, by package
	@$(BIN)/python -m setup.weight

demo: setup  ## simulate the pilot brand, hold a meeting, show what it decided
	@$(BIN)/mhos demo

lint: setup-dev  ## style, types, and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && NODE_OPTIONS=--max-old-space-size=6144 $(BIN)/basedpyright --level error && $(BIN)/lint-imports --no-cache && $(BIN)/python -m tests.lint.house

# Checks and tests side by side: types are checked on one core while tests wait for the database.
test: setup-dev  ## everything CI runs (some seven minutes on two cores)
	@$(MAKE) --no-print-directory -j 2 lint tests

test-full: setup-dev  ## the long ones too: kill matrix, whole data sets, every example
	@$(MAKE) --no-print-directory -j 2 lint all-tests

tests: compiled-rooms
	@$(PYTEST) -m "not long" $(SPREAD)

all-tests: compiled-rooms
	@$(PYTEST) $(SPREAD) --hypothesis-profile all

# Tests start `mhos` some hundreds of times; without this each start would compile every room anew.
compiled-rooms:
	@$(BIN)/python -m compileall -q -x '/\.|/tests/' . || true

docs: setup  ## write what the documents take from the code: the files of an import
	@$(BIN)/python -m connectors.import_docs

migration: setup  ## write the migration to what the tables declare: NAME=what_is_new
	@$(BIN)/python -m store.new_migration "$(NAME)"

lock: | .uv/bin/uv  ## resolve the dependencies anew and pin them with hashes
	@.uv/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
	@.uv/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links -c requirements.lock --group dev -o requirements-dev.lock

clean:  ## remove the environment (your data in .mhos stays)
	@rm -rf $(VENV) .uv
