# Every target does its whole set-up by itself, in .venv, from uv.lock: Python 3.11 or newer, make and a
# network that reaches PyPI are enough. Another interpreter: make test PYTHON=python3.12

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
VENV ?= .venv
UV_FLOOR := uv>=0.9,<1
BIN := $(VENV)/bin

# The stamp carries the version of Python, so that another interpreter makes a new environment.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
READY := $(VENV)/.ready-$(VERSION)

# Files of tests run side by side, in the order in which they were collected; each worker has databases and a simulator
# of its own. One more than there are cores: much of a conversation is waiting for the other side.
WORKERS := $(shell $(PYTHON) -c 'import os; print(min(len(os.sched_getaffinity(0)) + 1, 4))' 2>/dev/null || echo 2)
SIDE_BY_SIDE ?= -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test lint messages diagram bench soak
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## try it in a browser: both bots and a simulated Telegram, no token and no network
	$(BIN)/rinnalla demo

test: lint ## everything that must hold: lint, message catalogues, all tests
	$(BIN)/python -m bot.messages check
	$(BIN)/pytest -m "not slow" $(SIDE_BY_SIDE)

lint: $(READY) ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports --no-logo

messages: $(READY) ## bring the message catalogues up to date with the code and check them
	$(BIN)/python -m bot.messages extract update check

diagram: $(READY) ## draw the conversation anew from the code (needs graphviz)
	$(BIN)/python -m bot.diagram

bench: $(READY) ## measure speed under load, on this machine
	$(BIN)/python -m tests.bench

soak: $(READY) ## the long tests, which `make test` leaves out
	$(BIN)/pytest -m slow

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed; name it with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(VERSION)")' 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV) \
		|| { echo "On Debian and Ubuntu this needs: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(UV_FLOOR)"
	UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --frozen --python $(BIN)/python
	@touch $@
