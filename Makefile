# The few verbs of the project. Prerequisites: git, make, and Python 3.11 or later with its venv module.
# Every verb does only what is not yet done, so a second run is quick and needs no network.

PYTHON ?= python3
PY := .venv/bin/python
# Two workers for two cores; what shares a server stands in one file. tests/conftest.py says in which order files are begun.
WORKERS ?= 2
ARGS ?=
ONLY ?=

export PYTHONUNBUFFERED := 1

.PHONY: help setup ui peers run test test-volume check format docs bench pictures wheel lock upgrade clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## fill .venv from the hashed locks
	@$(PYTHON) scripts/setup.py

ui: ## build the desk, unless it is built from these very sources
	@$(PYTHON) scripts/ui.py

peers: ## provide the real programs that tests talk to (installs Debian packages when root)
	@$(PYTHON) scripts/peers.py

run: setup ui ## start the demo: an invented company, its customers, its desk
	@exec .venv/bin/unisono demo $(ARGS)

test: setup ui ## install what the tests need and run all of them; ARGS="-k mail" narrows
	@$(PYTHON) scripts/peers.py || true
	@exec $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-volume: setup ui ## the first law at its full volume: 10,000 items three times, 1,000 answers; takes minutes
	@UNISONO_TEST_LAW1_SHARE=1 $(PY) -m pytest -q tests/laws/test_law1_nothing_lost.py $(ARGS)

check: setup ## lint, types and layers only
	@exec $(PY) -m pytest -q tests/house/test_code.py $(ARGS)

format: setup ## let the formatter and the safe fixes of the linter run over everything
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format --quiet .

docs: setup ## build the documentation into docs/_build/html
	@exec $(PY) -m sphinx -W --keep-going -q -b html docs docs/_build/html

bench: setup ui ## measure, each figure beside its baseline; ONLY=inbound,list narrows
	@exec $(PY) -m bench $(if $(ONLY),--only $(ONLY)) $(ARGS)

pictures: setup ui ## take a picture of every page of the desk, wide and narrow, to be looked at; ARGS="--only /settings" narrows
	@PYTHONPATH=scripts exec $(PY) -m tests.browser.pictures $(ARGS)

wheel: setup ui ## pack the wheel and the source archive into dist/, and check what is in them
	@exec $(PY) scripts/pack.py

lock: setup ## write the locks anew after a change in pyproject.toml
	@exec $(PY) scripts/lock.py

upgrade: setup ## take the newest allowed version of every dependency
	@exec $(PY) scripts/lock.py --upgrade

clean: ## remove what was built; environments and data stay
	@rm -rf dist build docs/_build src/unisono/web/static .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
