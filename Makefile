# Every target sets up what it needs: a fresh machine has Python 3.11 and nothing else.
PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
CODE := app.py components data edulens metrics pages

# Said in words first: venv and pip would end in a traceback.
define CHECK_PYTHON
@command -v $(PYTHON) >/dev/null || { \
  echo "EduLens needs Python 3.11 or newer, and there is no $(PYTHON) here. Install it, or say" \
    "where it is: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "EduLens needs Python 3.11 or newer, and $(PYTHON) is" \
    "$$($(PYTHON) -V 2>&1). Say where a newer one is: make run PYTHON=/path/to/python3.11" >&2; \
  exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
  echo "$(PYTHON) cannot make environments: its modules venv and ensurepip are missing. On" \
    "Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
endef

.PHONY: setup run test check e2e bench mutants coverage format lock

setup: $(STAMP)

$(STAMP): requirements.lock
	$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
	  -r requirements.lock
	@# On all cores, and also where PYTHONDONTWRITEBYTECODE would have every start parse
	@# 12,000 files anew. Some packages bring files that are not meant to compile.
	$(BIN)/python -m compileall -qq -j 0 .venv/lib || true
	touch $(STAMP)

run: setup
	@$(BIN)/python -m compileall -q -j 0 $(CODE)
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: setup
	$(BIN)/python -m pytest -n auto --dist loadfile

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile

e2e: setup
	$(BIN)/python -m pytest -m e2e tests/e2e

bench: setup
	$(BIN)/python -m benchmarks

# Changes single lines at random, in copies of the tree: do the tests notice?
mutants: setup
	$(BIN)/python -m tests.mutants $(or $(N),100) $(or $(SEED),1) $(ONLY)

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The lock is made from pyproject.toml by uv, in an environment of its own; what is locked
# already stays as it is, unless `make lock UPGRADE=--upgrade` says otherwise.
UPGRADE ?=
lock:
	$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet --disable-pip-version-check uv
	.venv-lock/bin/uv pip compile pyproject.toml --all-extras --generate-hashes \
	  --python-version 3.11 --no-header $(UPGRADE) -o requirements.lock
	rm -r .venv-lock

# Apart from `make check`: it doubles the time of the tests.
coverage: setup
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term
