# Two commands matter: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
PORT ?= 8000
GUANZHANG_HOME ?= $(CURDIR)/var
V := .venv/bin
PIP := $(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
SOURCES := src tests benchmarks tools

export GUANZHANG_HOME
.PHONY: help setup setup-dev setup-bench demo serve test check format docs bench clean

help:
	@echo "make demo   set up, load the demo company if there is none, serve on 127.0.0.1:$(PORT)"
	@echo "make test   set up and run the tests (browser tests where chromium is installed)"
	@echo "make check  format, lint, types, import contracts, migrations, tests"
	@echo "make docs   write the generated pages: docs/errors.md, docs/policy.md"
	@echo "make bench  the benchmarks of benchmarks/README.md"

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guanzhang needs Python 3.11 or newer; found " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt pyproject.toml | .venv/bin/python
	$(PIP) -r requirements.txt
	$(V)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(PIP) -r requirements-dev.txt
	@touch $@

.venv/.bench: requirements-bench.txt .venv/.runtime
	$(PIP) -r requirements-bench.txt
	@touch $@

.venv/.assets: package-lock.json tools/assets.py .venv/.runtime
	$(V)/python tools/assets.py
	@touch $@

MESSAGES := $(shell find src -name '*.po' 2>/dev/null)
.venv/.messages: $(MESSAGES) tools/messages.py .venv/.runtime
	$(V)/python tools/messages.py compile
	@touch $@

setup: .venv/.runtime .venv/.assets .venv/.messages
setup-dev: setup .venv/.dev
setup-bench: setup .venv/.bench

demo: setup
	$(V)/guanzhang demo --port $(PORT)

serve: setup
	$(V)/guanzhang serve --port $(PORT)

test: setup-dev
	$(V)/python -m pytest -n 3 --dist worksteal

format: setup-dev
	$(V)/ruff format $(SOURCES)
	$(V)/ruff check --fix $(SOURCES)

check: setup-dev
	$(V)/ruff format --check $(SOURCES)
	$(V)/ruff check $(SOURCES)
	$(V)/mypy
	$(V)/lint-imports
	$(V)/guanzhang manage makemigrations --check --dry-run
	$(V)/python tools/messages.py check
	$(V)/python -m pytest -n 3 --dist worksteal

docs: setup
	$(V)/python tools/errors.py
	$(V)/python tools/policy.py

bench: setup-bench
	$(V)/python -m benchmarks

clean:
	rm -rf .venv node_modules src/guanzhang/web/static/vendor
