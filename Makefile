# Everything a person does daily, one word each. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench docs clean
SHELL := /bin/sh
BIN := .venv/bin

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## build .venv/ and the screens, only what has changed (ZHIJI_INSTALLER=uv to use uv; PYTHON=… to name a Python)
	@python="$$(PYTHON="$(PYTHON)" sh scripts/find_python.sh)" && "$$python" scripts/set_up.py

run: setup  ## set up, start Zhiji, print its address and open the browser
	@$(BIN)/zhiji serve

test: setup  ## set up and run everything (PARTS="tests browser" for some: lint contracts tests postgres web browser)
	@$(BIN)/python scripts/run_parts.py $(PARTS)

lint: setup  ## style, types and import contracts, of Python and of the screens
	@$(BIN)/python scripts/run_parts.py lint

bench: setup  ## speed and accuracy beside peers, on this machine (BENCH=name for one)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks $(BENCH)

docs: setup  ## renew the parts of the documents that commands print
	@$(BIN)/python scripts/generated_docs.py
	@$(BIN)/python scripts/guides.py

clean:  ## remove what set-up and tests built; never a workspace
	@rm -rf .venv .stamps build dist artifacts web/node_modules web/dist src/zhiji/config/web src/*.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
