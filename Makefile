# make chat   make ask Q="..."   make test   make check   make eval   make bench   make setup
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
QUESTIONS ?= tests/data/magnesium.jsonl
export Q
# Nothing is fetched at run time; the model comes with the package.
export HF_HUB_OFFLINE ?= 1

.PHONY: setup chat ask index test check format eval bench clean
.DEFAULT_GOAL := setup

setup: $(READY)

$(READY): pyproject.toml requirements.lock torch.lock gpu.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "loccit needs Python 3.11 or newer; set PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "loccit needs the venv module: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; a few minutes) ..." >&2
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) download --no-deps --dest $(VENV)/wheels $$(grep -o '^torch==[0-9.]*' torch.lock)
	$(BIN)/python tools/check_wheel.py torch.lock $(VENV)/wheels/torch-*.whl
	$(PIP) install --no-deps $(VENV)/wheels/torch-*.whl
	ls $(VENV)/wheels/*+cpu* > /dev/null 2>&1 || $(PIP) install --no-deps --require-hashes -r gpu.lock
	rm -r $(VENV)/wheels
	$(PIP) install --no-deps --no-build-isolation -e .
	$(PIP) check
	@touch $(READY)

index: $(READY)
	@$(BIN)/python -m index build

chat: $(READY)
	@$(BIN)/python -m index build --quiet
	@$(BIN)/python -m ui --open

# An abstention (exit code 3) is an answer, not a failure.
ask: $(READY)
	$(if $(value Q),,$(error ask with: make ask Q="Your question?"))
	@$(BIN)/python -m index build --quiet >&2 || [ -e .loccit/current ]
	@$(BIN)/python -m qa ask "$$Q" || [ $$? -eq 3 ]

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: $(READY)
	@$(BIN)/python -m index build --quiet >&2
	$(BIN)/python -m qa eval $(QUESTIONS)

# SIZES="1000 10000" leaves out the large libraries, which take some 12 GB of disk.
bench: $(READY)
	$(BIN)/python -m tests.bench $(if $(SIZES),--sizes $(SIZES))

clean:
	rm -rf $(VENV) .loccit/builds .loccit/models .loccit/current .loccit/lock *.egg-info build .mypy_cache .ruff_cache .pytest_cache .hypothesis
