# make demo and make test are all a user needs; make help lists the rest.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-verify fuzz test-races test-net test-fresh test-container test-browser docs lint golden bench clean

VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PACKAGES := $(shell sed 's/\#.*//' apt-packages.txt)
BROWSER_PACKAGES := $(shell sed 's/\#.*//' apt-packages-browser.txt)
BROWSER_STAMP := $(VENV)/.installed-browser
DOCS_STAMP := $(VENV)/.installed-docs
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# More than processors: programs sleep while DPDK measures the clock.
WORKERS := 3

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## install what is missing, from Debian and PyPI

# Installs those of the packages $(1) that are missing.
define install
	@missing=$$(for p in $(1); do \
	  dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing from Debian:" $$missing; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	fi
endef

$(STAMP): apt-packages.txt pyproject.toml
	$(call install,$(PACKAGES))
	@echo "installing from PyPI into $(VENV)"
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --progress-bar on -e '.[test,lint]'
	@touch $@

demo: $(STAMP)  ## compile the example router, send a trace through it, show what happened
	@$(VENV)/bin/pmill demo

test: $(STAMP)  ## pass every test
	@$(PYTHON) -m pytest -q -n $(WORKERS) --dist loadgroup

test-slow: $(DOCS_STAMP)  ## the tests that take long
	@$(PYTHON) -m pytest -q -n $(WORKERS) --dist loadgroup -m slow

test-verify: $(STAMP)  ## 300 random configurations, and all examples pass by pass: an hour or two
	@$(PYTHON) -m pytest -q -n $(WORKERS) -m verify tests/property tests/examples tests/passes

fuzz: $(STAMP)  ## 100,000 mutated configurations
	@PMILL_FUZZ=100000 $(PYTHON) -m pytest -q -n $(WORKERS) tests/fuzz

test-races: $(STAMP)  ## ThreadSanitizer: all examples with two workers
	@$(PYTHON) -m pytest -q -m "slow or not slow" tests/workers/test_races.py

test-net: $(STAMP)  ## programs between hosts in network namespaces; as root
	@test "$$(id -u)" = 0 || { echo "make test-net makes network namespaces: run it as root"; exit 1; }
	@$(PYTHON) -m pytest -q -m net tests/net tests/docs

SUITE ?= bookworm
FRESH_COMMAND ?= make demo && make test
test-fresh:  ## all this in a bare Debian, SUITE=bookworm or trixie, as root: an hour or two
	@tests/fresh/debian $(SUITE) "$(FRESH_COMMAND)"

test-container: $(STAMP)  ## the stages of the Dockerfile, in bare Debians; as root
	@test "$$(id -u)" = 0 || { echo "make test-container mounts: run it as root"; exit 1; }
	@$(PYTHON) -m pytest -q -m fresh tests/fresh

test-browser: $(BROWSER_STAMP)  ## the page of pmill explain, in a headless browser
	@$(PYTHON) -m pytest -q -m browser tests/browser

$(BROWSER_STAMP): $(STAMP) apt-packages-browser.txt
	$(call install,$(BROWSER_PACKAGES))
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[browser]'
	@touch $@

docs: $(DOCS_STAMP)  ## the documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet
	@echo build/site/index.html

$(DOCS_STAMP): $(STAMP)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

lint: $(STAMP)  ## ruff, mypy --strict, clang-format
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@git ls-files '*.hh' '*.cc' '*.c' | grep -vE '/golden/|^tests/emit/' | xargs clang-format-19 --dry-run -Werror

golden: $(STAMP)  ## rewrite the goldens; read the diff before you commit it
	@$(PYTHON) -m pytest -q --update-golden tests || true
	@git diff --stat

bench: $(STAMP)  ## measure against testpmd, the floor and hand-written programs
	@$(VENV)/bin/pmill bench

clean:  ## remove what was built here
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis bench/limits/build
