# The few verbs of the project. Prerequisites: git, make, Python 3.11 or later with its venv module.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: setup
setup: ## fill .venv from the hashed locks
	@$(PYTHON) scripts/setup.py
