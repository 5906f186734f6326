# Everything a developer runs. `make help` lists the targets.
#
# Two environments, made from the locks and nothing else:
#   .venv           Runda, and the tools to work on it        (locks/dev.txt)
#   .venv-synapse   a homeserver for the demo and the tests   (locks/synapse.txt)

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
LANGUAGES := en sv
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard bot/locale/*/LC_MESSAGES/runda.po))

# For `make demo ARGS="--keep --people 20"`, `make test ARGS="-k homeserver"` and so on.
ARGS ?=

# Twice quiet, pip still says what goes wrong; only its chatter is gone.
PIP_INSTALL := -m pip install -qq --no-input --disable-pip-version-check
FROM_LOCK := $(PIP_INSTALL) --require-hashes --no-build-isolation

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{printf "make %-12s %s\n", $$1, $$2}'

# ------------------------------------------------------------------ environments

.PHONY: setup environments
setup: ## Make both environments (again only if a lock changed)
	@$(MAKE) --no-print-directory -j2 environments

environments: .venv/.ready .venv-synapse/.ready $(CATALOGUES)
	@:

# With the first Python that fits: the person's (PYTHON=...), `python3`, or one with a number.
.venv/.made:
	@fits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; \
	for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if "$$python" -c "$$fits" 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$${found-}" ]; then \
	    echo "Runda needs Python 3.11, 3.12 or 3.13; 'python3' here is: $$(python3 --version 2>&1)." >&2; \
	    echo "Install one of them, then try again: make setup PYTHON=python3.13" >&2; \
	    exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found cannot make virtual environments: Debian and Ubuntu keep that part apart." >&2; \
	    echo "Install it, then try again: sudo apt-get install $$(basename "$$found")-venv" >&2; \
	    exit 1; \
	fi; \
	echo "Setting up .venv and .venv-synapse (again only when a lock changes; a minute or two)"; \
	"$$found" -m venv .venv
	@touch $@

.venv/.locked: locks/build.txt locks/dev.txt | .venv/.made
	@$(BIN)/python $(FROM_LOCK) -r locks/build.txt
	@$(BIN)/python $(FROM_LOCK) -r locks/dev.txt
	@touch $@

# Apart from the lock, so that an edit of pyproject.toml costs two seconds.
.venv/.ready: .venv/.locked pyproject.toml setup.py
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv-synapse/.ready: locks/build.txt locks/synapse.txt | .venv/.made
	@$(BIN)/python -m venv .venv-synapse
	@.venv-synapse/bin/python $(FROM_LOCK) -r locks/build.txt
	@.venv-synapse/bin/python $(FROM_LOCK) -r locks/synapse.txt
	@touch $@

# ----------------------------------------------------------------------- running

.PHONY: demo
demo: setup ## Run a whole dialogue with simulated people (ARGS="--keep --people 20")
	@$(BIN)/python -m demo $(ARGS)

.PHONY: test
test: setup ## Run all tests, a real homeserver included (ARGS="-k words")
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

.PHONY: chaos
chaos: setup ## Kill the bot again and again while people write (ARGS="--kills 200 --seed 7")
	@$(BIN)/python -m tests.chaos $(ARGS)

.PHONY: check
check: lint test ## What a change must pass: lint, then test

.PHONY: lint
lint: setup ## Check style, types and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

.PHONY: fuzz
fuzz: setup ## Let the bot hear a hundred thousand hostile events (ARGS="--events 2000 --seed 7")
	@$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: js-check
js-check: setup ## Let a client that leaves out unsigned devices read and write (needs Node 20 and npm)
	@cd tests/bot/matrix/js && npm ci --no-audit --no-fund --silent
	@$(BIN)/python -m pytest -q tests/bot/matrix/js/check_signed_devices_only.py $(ARGS)

.PHONY: bench
bench: setup ## Measure, and print the figures as a table
	@$(BIN)/python -m bench $(ARGS)

.PHONY: soak
soak: setup ## Flood the bot for ten minutes, and let it live through a day in some
	@$(BIN)/python -m bench --only flood --only rush --only day --rounds 1 --strict $(ARGS)

.PHONY: siege
siege: setup ## Flood the bot on a real homeserver, for ten minutes
	@$(BIN)/python -m bench --only siege --rounds 1 --strict $(ARGS)

.PHONY: bench-digest
bench-digest: setup ## Measure how themes and proposals are found (DATA=folder of labelled texts)
	@$(BIN)/python -m bench.digest $(if $(DATA),"$(DATA)",$(error write which folder: make bench-digest DATA=folder)) $(ARGS)

# ------------------------------------------------------------------- maintenance

.PHONY: po
po: setup ## Bring the catalogues up to date with the texts in the code
	@$(BIN)/pybabel -q extract --project=Runda --keyword=say --keyword=say_n:1,2 --keyword=said --no-location \
	    --sort-output --no-wrap --add-comments=Translators: --output=bot/locale/runda.pot bot flows
	@for language in $(LANGUAGES); do \
	    catalogue="bot/locale/$$language/LC_MESSAGES/runda.po"; \
	    common="--domain=runda --no-wrap --input-file=bot/locale/runda.pot --locale=$$language"; \
	    if [ -e "$$catalogue" ]; then \
	        $(BIN)/pybabel -q update $$common --output-file="$$catalogue" \
	            --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date; \
	    else \
	        $(BIN)/pybabel -q init $$common --output-dir=bot/locale; \
	    fi; \
	done

%.mo: %.po .venv/.locked
	@$(BIN)/pybabel -q compile --input-file=$< --output-file=$@

.PHONY: audit sbom licences
audit: setup ## Look for known weaknesses of what the locks name (ADVISORIES=folder or ZIP, form OSV)
	@$(BIN)/python -m tests.supply audit \
	    --advisories "$(if $(ADVISORIES),$(ADVISORIES),$(error write where the records are: make audit ADVISORIES=all.zip))"

sbom: setup ## List all parts of Runda, in the form CycloneDX
	@$(BIN)/python -m tests.supply sbom

licences: setup ## List the licences of all parts, and those that nobody expected
	@$(BIN)/python -m tests.supply licences

# Versions and hashes, no addresses: where packages come from is the business of
# whoever installs them.
UV_COMPILE = "$$scratch/bin/uv" pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header $(UPGRADE)

.PHONY: lock
lock: ## Make the locks from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@scratch="$$(mktemp -d)"; trap 'rm -rf "$$scratch"' EXIT; \
	python3 -m venv "$$scratch"; "$$scratch/bin/python" $(PIP_INSTALL) uv; \
	$(UV_COMPILE) pyproject.toml --output-file locks/runtime.txt >/dev/null; \
	$(UV_COMPILE) --constraints locks/runtime.txt --extra postgres --extra semantic --group dev pyproject.toml \
	    --output-file locks/dev.txt >/dev/null; \
	$(UV_COMPILE) --group synapse --output-file locks/synapse.txt >/dev/null; \
	$(UV_COMPILE) --group build --output-file locks/build.txt >/dev/null

.PHONY: clean
clean: ## Remove what the targets made, both environments included
	@rm -rf .venv .venv-synapse .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist runda.egg-info
	@rm -f $(CATALOGUES)
	@find bot flows storage demo bench tests -name __pycache__ -type d -prune -exec rm -rf {} +
