# Python 3.11 or newer and make are all that is assumed; everything else is installed here, into .tools and .venv.
PY ?= python3
ONCE ?=
PORT ?=
PYTEST_ARGS ?=
# Test databases live in memory where the machine offers that: a flush to disk costs a thousand times more.
export PYTEST_DEBUG_TEMPROOT ?= $(shell test -w /dev/shm && echo /dev/shm || echo /tmp)
# Bytecode is kept (an empty value means so), also of the tests: a second run starts in half the time.
export PYTHONDONTWRITEBYTECODE :=
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := 1
UV := .tools/bin/uv
BIN := .venv/bin
PACKAGES := bot commands roles incident organisation storage sandbox

.PHONY: help setup demo run test quick check format lock doctor bench clean

help:
	@echo "make demo     play a major incident in a pretend workspace (ONCE=1 ends after it, PORT=9000 sets its port)"
	@echo "make run      run Muster against a real Slack workspace (needs .env, see README)"
	@echo "make doctor   say what is missing before it can run"
	@echo "make quick    the tests to run between edits, in about a minute"
	@echo "make test     every test;  make check   format, lint, types, imports, dependencies"
	@echo "make bench    measure and print one JSON object"

setup: .venv/.stamp

$(UV): .ci/uv.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Muster needs Python 3.11 or newer; set PY=/path/to/python3.11"; exit 1; }
	@$(PY) -c 'import ensurepip' 2>/dev/null || { echo "This Python has no ensurepip: apt-get install python3-venv"; exit 1; }
	$(PY) -m venv .tools
	.tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/uv.txt
	@touch $@

.venv/.stamp: requirements.lock pyproject.toml .ci/audit.py | $(UV)
	$(UV) venv -q --allow-existing --python "$$($(PY) -c 'import sys; print(sys.executable)')" .venv
	$(UV) pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/python .ci/audit.py --seal
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_paths()["purelib"], "muster.pth").write_text(str(pathlib.Path.cwd()) + "\n")'
	@printf '#!/bin/sh\nexec "%s/.venv/bin/python" -P -m bot.cli.main "$$@"\n' "$(CURDIR)" > $(BIN)/muster && chmod +x $(BIN)/muster
	$(BIN)/python -m compileall -q $(PACKAGES)
	$(BIN)/python -c 'from bot.rendering.renderer import for_slack; for_slack().warm()'
	@touch $@

demo: setup
	$(BIN)/muster demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

run: setup
	$(BIN)/muster run

doctor: setup
	$(BIN)/muster doctor

bench: setup
	$(BIN)/muster bench

test: setup
	$(BIN)/python -m pytest $(PYTEST_ARGS)

quick: setup
	$(BIN)/python -m pytest -m 'not slow' $(PYTEST_ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/audit.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .
	$(BIN)/python -m bot.rendering.verb_table docs/reference/verbs.md
	$(BIN)/python -m bot.api.rest.reference docs/reference/api.md
	$(BIN)/python -m bot.config.outside.pack_schema dora docs/reference/dora-pack.schema.json

lock: $(UV)
	$(UV) pip compile -q --universal --upgrade --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --group dev pyproject.toml -o requirements.lock
	echo uv | $(UV) pip compile -q --universal --upgrade --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links - -o .ci/uv.txt

clean:
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
