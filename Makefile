# Each target sets up what it needs: Python 3.11 or newer, make and a network are enough.
.DEFAULT_GOAL := help
.PHONY: help setup dev doctor screenshots test alone simulate mutants mutations lint audit format golden bench clean

UV_VERSION := 0.13.9
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := .uv/bin/uv
MINISTACK := bizassist/local/ministack
CHECKOV := tests/terraform/checkov
LOCALCORE := tests/local/localcore
# So many processes run tests; each may start a whole product.
WORKERS ?= 2
SEEDS ?= 1000000
FIRST ?= 0
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# The product and its tests start hundreds of processes: what one has compiled the next ones read.
unexport PYTHONDONTWRITEBYTECODE

help: ## what can be made here
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

$(UV):
	@test -n "$(PYTHON)" || { echo "bizassist needs Python 3.11 or newer." >&2; exit 1; }
	@echo "Setting up uv with $(PYTHON)…"
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: $(UV) pyproject.toml uv.lock
	@echo "Setting up the product's environment…"
	@$(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@

.venv-ministack/.ready: $(UV) $(MINISTACK)/pyproject.toml $(MINISTACK)/uv.lock
	@echo "Setting up the local cloud's environment…"
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-ministack $(UV) sync --quiet --frozen \
		--python $(PYTHON) --project $(MINISTACK)
	@touch $@

.venv-checkov/.ready: $(UV) $(CHECKOV)/pyproject.toml $(CHECKOV)/uv.lock
	@echo "Setting up the policy scanner's environment…"
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-checkov $(UV) sync --quiet --frozen \
		--python $(PYTHON) --project $(CHECKOV)
	@touch $@

.venv-localcore/.ready: $(UV) $(LOCALCORE)/pyproject.toml $(LOCALCORE)/uv.lock
	@echo "Setting up the second Gateway's environment…"
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-localcore $(UV) sync --quiet --frozen \
		--python $(PYTHON) --project $(LOCALCORE)
	@touch $@

setup: .venv/.ready .venv-ministack/.ready ## both environments

dev: setup ## the whole product on this machine, until Ctrl-C (ARGS="--fresh")
	@.venv/bin/bizassist dev $(ARGS)

doctor: setup ## ask every part of the running product whether it works
	@.venv/bin/bizassist doctor $(ARGS)

test: setup .venv-checkov/.ready .venv-localcore/.ready lint ## every check and every test (ARGS="-k turn")
	@.venv/bin/python -m tests.chromium
	@.venv/bin/python -m pytest -n $(WORKERS) --durations=10 $(ARGS) || \
		{ [ $$? -eq 1 ] && $(MAKE) --no-print-directory alone; }

# A machine under load breaks off what a quiet one lets end. What fails alone is broken.
alone:
	@echo "What failed runs once more, beside nothing else; it stays in the list above."
	@.venv/bin/python -m pytest --last-failed --last-failed-no-failures=none --maxfail=5

screenshots: setup ## pictures of every page: light, dark, phone, with 0, 3 and 300 rows
	@.venv/bin/python -m tests.screenshots

simulate: setup ## the core on virtual time, where anything fails (SEEDS=20000 FIRST=0)
	@.venv/bin/python -m tests.simulation.many $(SEEDS) $(FIRST)

mutants: setup ## whether the simulation sees the product broken in one way after the other
	@.venv/bin/python -m tests.simulation.mutants

mutations: setup ## each control taken out in a copy: its test must fail (ARGS="a part of its name")
	@.venv/bin/python -m tests.mutations.run $(ARGS)

lint: setup ## style, types and the arrows between the packages
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache

audit: setup ## known vulnerabilities of the libraries, and their list as sbom.json (needs a network)
	@$(UV) export --quiet --frozen --format cyclonedx1.5 --preview-features sbom-export \
		--output-file sbom.json >/dev/null
	@$(UV) audit --frozen --preview-features audit

format: setup ## let ruff write the code as it should be
	@.venv/bin/ruff check --fix --quiet
	@.venv/bin/ruff format --quiet

golden: setup ## write anew what tests compare with: diagrams, routes, tables (then read the diff)
	@.venv/bin/python -m pytest -q --update-golden $(ARGS)

bench: setup ## what is measured, as ratios against a floor of the same run
	@for script in benchmarks/*.py; do PYTHONPATH=. .venv/bin/python $$script || exit 1; done

clean: ## forget environments, state and what tests left
	rm -rf .venv .venv-ministack .venv-checkov .venv-localcore .uv .bizassist tests/artifacts
