# Every target sets up what it needs: a fresh machine has Python 3.11 and nothing else.
PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup run test check e2e bench format spark

setup: $(STAMP)

$(STAMP): requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $(STAMP)

run: setup
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

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The lock is made from pyproject.toml with `uv pip compile`; see CONTRIBUTING in README.
lock:
	uv pip compile pyproject.toml --all-extras --generate-hashes --python-version 3.11 --no-header -o requirements.lock
