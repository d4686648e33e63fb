# Each target brings what it needs, from a bare machine on; a second time that takes a moment.

python := .venv/bin/python
lock := .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate
# The schema library loads these where it finds them, which takes seconds, and the program has neither of them.
slow := --no-emit-package rfc3987-syntax --no-emit-package lark
.PHONY: help run test lint format bench torture shots lock audit sbom dist try
.DEFAULT_GOAL := help

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

run:  ## open the window on the long example; without a display, export that example to build/example/
	@sh packaging/prepare.sh run
	@$(python) packaging/run.py

test: lint  ## all tests, after lint (ONE=tests/core/test_form.py: those alone)
	QT_QPA_PLATFORM=offscreen $(python) -m pytest -n auto $(ONE)

lint:  ## style, layout, import contracts, types
	@sh packaging/prepare.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/node packaging/validators/node_modules/pyright/index.js

format:  ## lay the code out and mend what ruff can mend
	@sh packaging/prepare.sh test
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

bench:  ## the table of ratios (ONE=start: that row alone)
	@sh packaging/prepare.sh test
	$(python) -m tests.benchmarks.run $(ONE)

torture:  ## all that may befall a draft, and a table of what was lost (ONE=kills ROUNDS=50, SKIP=power); as root in full
	@sh packaging/prepare.sh torture
	QT_QPA_PLATFORM=offscreen $(python) -m tests.torture.run \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(addprefix --skip ,$(SKIP)) $(ONE)

shots:  ## every section, panel and dialog as contact sheets in build/shots/
	@sh packaging/prepare.sh test
	$(python) -m tests.shots $(ONE)

dist:  ## the .deb, the installer for Windows and the folder for a share, in dist/ (ONE=deb: that alone); as root
	@sh packaging/prepare.sh dist
	@for target in $(or $(ONE),deb windows); do $(python) packaging/build.py $$target || exit 1; done
	@$(python) packaging/kit.py

try:  ## install what `make dist` built, try it and remove it: in a bare Debian 12, under Wine; how fast it starts; as root
	$(python) packaging/try_deb.py dist/*.deb
	$(python) packaging/try_windows.py dist/*-setup.exe
	$(python) packaging/try_start.py

lock:  ## write packaging/locks/ anew from pyproject.toml (UPGRADE=1: with the newest versions)
	@sh packaging/prepare.sh run
	$(lock) $(if $(UPGRADE),--upgrade) -o packaging/locks/run.txt
	$(lock) $(if $(UPGRADE),--upgrade) --group build -c packaging/locks/run.txt -o packaging/locks/build.txt
	$(lock) $(if $(UPGRADE),--upgrade) --group develop -c packaging/locks/run.txt $(slow) -o packaging/locks/develop.txt

audit:  ## ask the advisories about every locked package, and count them; exit status 3 when they cannot be asked
	@sh packaging/prepare.sh test
	@$(python) packaging/audit.py

sbom:  ## what the program is made of, as CycloneDX: build/sbom.cdx.json
	@sh packaging/prepare.sh test
	@$(python) packaging/sbom.py
