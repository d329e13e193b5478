# Everything a newcomer needs: `make demo` and `make test`. Each sets up what it uses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-slow test-kills setup browser lint format clean

demo: setup
	$(BIN)/workbench demo

# One thread of polars a process: with two processes on two cores, more only wait for each other.
test: setup browser
	$(BIN)/ruff check workbench tests
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: setup browser
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m slow

# A thousand kills of a load of two thousand records, and how they were spread; five minutes on a quiet machine.
test-kills: setup
	$(BIN)/python -m pytest -s -m slow tests/load/test_kills.py

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Python 3.11 to 3.13 is needed, this is %d.%d: make PYTHON=/path/to/python3.12" % v)'
	@echo "Setting up $(VENV); the first time takes a minute."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

# The browser tests need Chromium: one on the machine, the system's package, or Playwright's own.
browser: setup
	@$(BIN)/python tests/browser/install_chromium.py

lint: setup
	$(BIN)/ruff check workbench tests

format: setup
	$(BIN)/ruff format workbench tests
	$(BIN)/ruff check --fix workbench tests

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache
