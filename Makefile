# Everything runs from the project's own .venv; nothing else on the machine is touched.
# ARGS="..." goes to the command at hand, for example: make compare ARGS="--members 2000 --out out/first"

SHELL := bash
BIN := .venv/bin
WORKERS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup compare serve test lint format types bench lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

compare: .venv/.core ## the main job: policies side by side on the same futures
	@$(BIN)/ripeness compare $(ARGS)

serve: .venv/.web ## the lab: a page where policies are moved, on http://127.0.0.1:8765
	@$(BIN)/ripeness serve $(ARGS)

setup: .venv/.dev ## make .venv with everything that developers need

test: lint types ## lint, types and every test, as CI runs them
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

lint: .venv/.dev ## style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: .venv/.dev ## put imports and formatting right
	$(BIN)/ruff check --fix-only --exit-zero
	$(BIN)/ruff format

types: .venv/.dev ## static types
	$(BIN)/mypy

bench: .venv/.dev ## the speed tables
	@$(BIN)/ripeness bench $(ARGS)

lock: ## renew requirements.lock from pyproject.toml (needs uv; ARGS=--upgrade takes newer versions)
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile pyproject.toml --all-extras --universal \
	  --python-version 3.11 --annotation-style line --quiet --output-file requirements.lock $(ARGS)

clean: ## remove .venv and every cache in this folder
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.core: pyproject.toml requirements.lock scripts/setup
	@scripts/setup core

.venv/.web: pyproject.toml requirements.lock scripts/setup
	@scripts/setup web

.venv/.dev: pyproject.toml requirements.lock scripts/setup
	@scripts/setup dev
