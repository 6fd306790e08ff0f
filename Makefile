# Two commands on a fresh machine with Python 3.11+: `make demo` and `make test`.
# Both make their own virtual environment in .venv from this folder's files alone.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: help demo test lint format graphs clean

help:
	@echo "make demo     build the bundled sample's graph and say what to try next"
	@echo "make test     the whole test suite"
	@echo "make lint     ruff and mypy"
	@echo "make format   ruff, writing"
	@echo "make graphs   rebuild what graphs/ holds"
	@echo "make clean    remove the environment and what was built"

# The stamps are newer than what they were made from, or made again.
$(VENV)/made: pyproject.toml
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "paperkg needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade pip
	@$(PIP) install -e .
	@touch $@

$(VENV)/made-dev: $(VENV)/made
	@echo "installing the tools for tests ..."
	@$(PIP) install -e '.[dev]'
	@touch $@

demo: $(VENV)/made
	@$(BIN)/kg demo --out demo-out

test: $(VENV)/made-dev
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/made-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/made-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

graphs: $(VENV)/made
	@$(BIN)/python scripts/make_graphs.py

clean:
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache
