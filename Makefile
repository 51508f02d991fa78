# One target for each task; `make help` lists them. Needed: Python 3.11 or later, and make.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
STARTED := $(shell date +%s)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
SAY = if [ -t 1 ]; then printf '\n\033[1m$$ %s\033[0m\n' "$(1)"; else printf '\n$$ %s\n' "$(1)"; fi
# Into a file the demo is drawn as well, at 80 columns and without escape codes.
DRAWN = [ -t 1 ] || export FORCE_COLOR=1 TERM=dumb COLUMNS=80
# As many processes as there are cores; a test that waits for LaTeX or a browser holds up one only.
PARALLEL := -n auto --dist worksteal
# A landing is no lottery: in CI the tests run in the order of their files, by hand in a new one.
PARALLEL += $(if $(CI),-p no:randomly)
# Tests start hundreds of Pythons: without bytecode each of them compiles the package again.
unexport PYTHONDONTWRITEBYTECODE
# What needs no browser, no LaTeX, no wheel, no documentation and not the shipped catalogue.
QUICK := not browser and not catalogue and not docs and not latex and not slow and not spark and not wheel
# In CI the coverage of the code by these tests is measured; it doubles their time.
COVERED = $(if $(CI),--cov=dltheory_bib --cov-report=term:skip-covered)
RUN = $(SAY); $(DRAWN); $(BIN)/$(1)

.PHONY: help demo install dev test quick quick-example soak fuzz spark test-spark test-wheel lint check theorems schema \
	docs pages web audit lists notebook tries site screenshots memory bench search-quality topic-quality discover-quality \
	exchange search-page graph-page dist draft-engine release-check install-size clean

help:  ## List the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
		while IFS='|' read -r target text; do printf '  %-14s %s\n' "$$target" "$$text"; done

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or later found; install it," \
		"or give its path: make PYTHON=/path/to/python3 demo" >&2; exit 1; }
	@echo "creating a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot create a virtual environment;" \
		"on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing dltheory-bib and its dependencies"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing dltheory-bib and the dependencies of its tests (a minute or two)"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/installed

install: $(VENV)/installed  ## Install into .venv, in editable mode.
dev: $(VENV)/dev  ## Install into .venv with all extras and test dependencies.

demo: $(VENV)/installed  ## Install, then show a reading list, a lineage and a refs.bib.
	@$(call RUN,dltheory read saddle-escape --count 6)
	@$(call RUN,dltheory lineage jin2017escape)
	@$(call RUN,dltheory export topic:saddle-escape not type:online -o refs.bib)
	@$(call SAY,head -n 24 refs.bib); head -n 24 refs.bib
	@printf '\nDone in %s s. Next: . $(BIN)/activate, then dltheory --help\n' \
		$$(( $$(date +%s) - $(STARTED) ))

test: $(VENV)/dev lint  ## Run all checks and tests, on the source tree and on the built wheel.
	$(BIN)/dltheory check
	$(BIN)/python -m pytest $(PARALLEL) $(if $(wildcard $(VENV)/spark),,-m "not spark")
	$(MAKE) --no-print-directory test-wheel

quick: $(VENV)/dev  ## Test the code alone: no browser, LaTeX, wheel, documentation or catalogue.
	$(BIN)/python -m pytest $(PARALLEL) tests -m "$(QUICK)"

quick-example: $(VENV)/dev  ## The same on a copy of the package with tests/example for its data.
	rm -rf build/example
	mkdir -p build/example
	cp -R src/dltheory_bib build/example/dltheory_bib
	cp -R tests/example build/example/dltheory_bib/data
	PYTHONPATH=build/example $(BIN)/python -m pytest $(PARALLEL) tests -m "$(QUICK)"

soak: $(VENV)/dev  ## Run the tests that try a share of their cases with all of them; takes long.
	DLTHEORY_SOAK=1 $(BIN)/python -m pytest $(PARALLEL) tests -m soak

fuzz: $(VENV)/dev  ## Try random files on every reader: make fuzz [SECONDS=60] [SEED=N].
	$(BIN)/python scripts/fuzz.py --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

spark: $(VENV)/spark  ## Install Spark as well, so that `make test` tries it too; needs Java.

$(VENV)/spark: $(VENV)/dev
	@echo "installing Spark (456 MB, a minute or two)"
	@$(PIP) install -c constraints.txt -e '.[spark]'
	@touch $@

test-spark: $(VENV)/spark  ## Compare the answers of Spark with those of DuckDB, alone; needs Java.
	$(BIN)/python -m pytest tests -m spark

test-wheel: $(VENV)/dev  ## Build the wheel and test its contents.
	rm -rf build dist
	$(PIP) wheel --no-deps -w dist .
	$(PIP) install --no-deps --target build/wheel dist/*.whl
	PYTHONPATH=build/wheel DLTHEORY_TESTED=build/wheel \
		$(BIN)/python -m pytest $(PARALLEL) $(COVERED) tests -m "wheel or ($(QUICK))"

lint: $(VENV)/dev  ## Check formatting, style and types.
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

check: $(VENV)/installed  ## Check the catalogue's data.
	@$(BIN)/dltheory check

verdicts: $(VENV)/installed  ## Print what check finds in corrupted references.
	@$(BIN)/python scripts/reference_verdicts.py

theorems: $(VENV)/installed  ## Print figures about the order of the result cards.
	@$(BIN)/python scripts/theorem_figures.py

schema: $(VENV)/installed  ## Generate data/schema from the models.
	$(BIN)/python -m dltheory_bib.source.json_schema data/schema

docs: notebook  ## Regenerate the outputs in README.md, docs and the notebook.
	$(BIN)/python scripts/refresh_docs.py

pages: $(VENV)/dev  ## Build the documentation in build/docs, readable without a server.
	$(BIN)/python scripts/build_docs.py
	@echo "open build/docs/index.html"

web: $(VENV)/dev  ## Build the site and its documentation in build/web, with links to each other.
	$(BIN)/dltheory site build build/web --docs-url docs/index.html \
		$(if $(wildcard $(VENV)/draft-engine),--draft-engine $(VENV)/draft-engine)
	$(BIN)/python scripts/build_docs.py build/web/docs --site-url ../index.html
	@echo "open build/web/index.html"

audit: $(VENV)/installed  ## Compare the catalogue with its sources: make audit SOURCES=FOLDER.
	@test -n "$(SOURCES)" || { echo "name the folder with copies of the repositories that sources" \
		"name: make audit SOURCES=FOLDER (scripts/source_copies.py)" >&2; exit 1; }
	@$(BIN)/python scripts/audit.py "$(SOURCES)" --keep docs/audit.json

lists: $(VENV)/installed  ## Match reference lists with the catalogue: make lists [LISTS=FILE.jsonl].
	@$(BIN)/python scripts/read_lists.py $(LISTS)

notebook: $(VENV)/dev  ## Run docs/tour.ipynb and save its outputs.
	$(BIN)/python scripts/notebook.py

site: $(VENV)/dev  ## Build the web site in build/site and serve it on this machine.
	@$(BIN)/dltheory site serve build/site \
		$(if $(wildcard $(VENV)/draft-engine),--draft-engine $(VENV)/draft-engine)

$(VENV)/draft-engine: $(VENV)/dev
	@$(BIN)/python scripts/draft_engine.py $@

draft-engine: $(VENV)/draft-engine  ## Get Pyodide for the site's page on drafts and its tests; needs npm.

screenshots: $(VENV)/dev  ## Take pictures of the site's main pages; needs chromium.
	$(BIN)/python scripts/screenshots.py build/screenshots

memory: $(VENV)/installed  ## Measure the memory of check and fix on files of 1, 5 and 10 MB.
	$(BIN)/python scripts/memory.py

bench: $(VENV)/installed  ## Measure speed and memory, also of similar programs (benchmarks/README.md).
	$(BIN)/python benchmarks/bench.py

search-quality: $(VENV)/installed  ## Measure how well the search finds, on questions and known works.
	@$(BIN)/python scripts/search_quality.py

topic-quality: $(VENV)/installed  ## Measure how often the first suggested topic of a work is right.
	@$(BIN)/python scripts/topic_quality.py
	@$(BIN)/python scripts/topic_quality.py --abstracts

discover-quality: $(VENV)/dev  ## Measure how many hidden works of the catalogue discover finds.
	@$(BIN)/python scripts/discover_quality.py

exchange: $(VENV)/installed  ## Measure what comes back from Zotero, JabRef and others.
	@$(BIN)/python benchmarks/exchange.py

search-page: $(VENV)/dev  ## Measure the search of the site: weight and time; needs chromium.
	@$(BIN)/python scripts/search_page.py

graph-page: $(VENV)/dev  ## Measure the graph of the site: weight, first picture, dragging; needs chromium.
	@$(BIN)/python scripts/graph_page.py

$(VENV)/release: $(BIN)/python constraints.txt
	@$(PIP) install -c constraints.txt build twine
	@touch $@

dist: $(VENV)/release  ## Build sdist and wheel of the commit twice, compare and check them.
	$(BIN)/python scripts/build_dist.py dist

release-check: $(VENV)/installed  ## Check that no citation key is lost: make release-check [SINCE=TAG].
	@$(BIN)/python scripts/check_keys.py $(SINCE)

tries: $(VENV)/dev  ## Try what newcomers type in Python, and print the share that works.
	@$(BIN)/python scripts/first_tries.py

install-size: $(BIN)/python  ## Measure how much space an installation takes (at most 70 MB).
	@$(BIN)/python scripts/install_size.py $(WITH)

clean:  ## Delete everything that was built, and .venv.
	rm -rf $(VENV) build dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
