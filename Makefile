# 招落服. `make run` and `make test` set everything up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_ARGS ?= --demo
WORKERS ?= 2

.PHONY: setup setup-dev run test check format bench soak wheelhouse docs lock clean

setup: $(VENV)/.runtime                ## install what the program needs, into .venv
setup-dev: $(VENV)/.dev                ## and what its tests need

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml requirements/install.py
	$(PYTHON) requirements/install.py runtime
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml requirements/install.py
	$(PYTHON) requirements/install.py dev
	@touch $@ $(VENV)/.runtime

run: setup                             ## the demo: sample ledger, API, Prefect, heartbeat
	@$(BIN)/zlf up $(RUN_ARGS)

test: setup-dev                        ## every test; both databases where a PostgreSQL answers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TEST_ARGS)

check: setup-dev                       ## format, lint, types, import contracts, generated docs in step
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy states notifications documents cli api flows
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup-dev                        ## write docs/lifecycle.md anew from the default pack
	$(BIN)/python docs/generate.py

bench: setup-dev                       ## ratios against naive baselines, in one run
	$(BIN)/python -m bench

soak: setup-dev                        ## the same tests, longer
	ZLF_SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --timeout 7200 $(TEST_ARGS)

wheelhouse: setup                      ## all wheels for an isolated site; install there with the printed command
	$(BIN)/python requirements/install.py wheelhouse

lock: setup-dev                        ## pin anew, with hashes and without an index address
	$(BIN)/python requirements/install.py lock

clean:
	rm -rf $(VENV) var build dist wheelhouse *.egg-info
