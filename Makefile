# One word for each chore. `make demo` and `make test` need Python 3.11 or later, and make.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
SAY = if [ -t 1 ]; then printf '\n\033[1m$$ %s\033[0m\n' "$(1)"; else printf '\n$$ %s\n' "$(1)"; fi
# Into a file the demo is drawn as well, at 80 columns and without escape codes.
DRAWN = [ -t 1 ] || export FORCE_COLOR=1 TERM=dumb COLUMNS=80
# As many processes as there are cores; a test that waits for LaTeX or a browser holds up one only.
PARALLEL := -n auto --dist worksteal
# What needs no browser, no LaTeX, no wheel, no documentation and not the shipped catalogue.
QUICK := not browser and not catalogue and not docs and not latex and not slow and not wheel
RUN = $(SAY); $(DRAWN); $(BIN)/$(1)

.PHONY: help demo install dev test quick quick-example test-wheel lint check schema docs pages audit notebook site \
	screenshots bench clean

help:  ## Show these words.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
		while IFS='|' read -r word says; do printf '  %-12s %s\n' "$$word" "$$says"; done

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found;" \
		"install it, or name it: make PYTHON=/path/to/python3 demo" >&2; exit 1; }
	@echo "creating the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make an environment;" \
		"on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing dltheory-bib and what it needs (a minute, the first time)"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing dltheory-bib and what its tests need (a minute or two, the first time)"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/installed

install: $(VENV)/installed  ## Make the environment.
dev: $(VENV)/dev  ## Make the environment with everything the tests need.

demo: $(VENV)/installed  ## See it work: a reading list, a lineage, a refs.bib.
	@$(call RUN,dltheory read saddle-escape --count 6)
	@$(call RUN,dltheory lineage jin2017escape)
	@$(call RUN,dltheory export topic:saddle-escape not type:online -o refs.bib)
	@$(call SAY,head -n 24 refs.bib); head -n 24 refs.bib
	@printf '\nNext: . $(BIN)/activate, then dltheory --help\n'

test: $(VENV)/dev lint  ## Run every check and test, on the source tree and on the built wheel.
	$(BIN)/dltheory check
	$(BIN)/python -m pytest $(PARALLEL)
	$(MAKE) --no-print-directory test-wheel

quick: $(VENV)/dev  ## Test the code alone: no browser, LaTeX, wheel, documentation or catalogue.
	$(BIN)/python -m pytest $(PARALLEL) tests -m "$(QUICK)"

quick-example: $(VENV)/dev  ## The same on a copy of the package with tests/example for its data.
	rm -rf build/example
	mkdir -p build/example
	cp -R src/dltheory_bib build/example/dltheory_bib
	cp -R tests/example build/example/dltheory_bib/data
	PYTHONPATH=build/example $(BIN)/python -m pytest $(PARALLEL) tests -m "$(QUICK)"

test-wheel: $(VENV)/dev  ## Build the wheel and test what is in it: the code, its data, its command.
	rm -rf build dist
	$(PIP) wheel --no-deps -w dist .
	$(PIP) install --no-deps --target build/wheel dist/*.whl
	PYTHONPATH=build/wheel DLTHEORY_TESTED=build/wheel \
		$(BIN)/python -m pytest $(PARALLEL) tests -m "wheel or ($(QUICK))"

lint: $(VENV)/dev  ## Formatting, lint and types.
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

check: $(VENV)/installed  ## Judge the catalogue.
	@$(BIN)/dltheory check

schema: $(VENV)/installed  ## Write data/schema from the models.
	$(BIN)/python -m dltheory_bib.source.json_schema data/schema

docs: notebook  ## Write anew what README, docs and docs/tour.ipynb show.
	$(BIN)/python docs/refresh_readme.py
	$(BIN)/python docs/refresh_compare.py
	$(BIN)/python docs/refresh_pages.py

pages: $(VENV)/dev  ## Build the documentation into build/docs, to be read from the folder.
	$(BIN)/zensical build --strict
	@echo "open build/docs/index.html"

audit: $(VENV)/installed  ## Compare the catalogue with gathered facts: make audit EVIDENCE=directory.
	@$(BIN)/python tools/audit.py $(or $(EVIDENCE),../shared/evidence) --keep docs/audit.json

notebook: $(VENV)/dev  ## Run docs/tour.ipynb and keep what it shows.
	$(BIN)/python docs/run_notebook.py

site: $(VENV)/dev  ## Make the web site in build/site and show it on this machine.
	@$(BIN)/dltheory site serve build/site

screenshots: $(VENV)/dev  ## Pictures of the site's main pages in build/screenshots; needs chromium.
	$(BIN)/python tools/screenshots.py build/screenshots

bench: $(VENV)/installed  ## Measure speed and memory against peers; see benchmarks/README.md.
	$(BIN)/python benchmarks/bench.py

clean:  ## Remove what was built, the environment too.
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
