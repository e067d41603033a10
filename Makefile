.DEFAULT_GOAL := help
SHELL := /bin/bash

help: ## Show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

environments:
	@scripts/environments

setup: environments ## Prepare everything that run and test need; does only what changed
	@.venv/bin/aside setup

run: environments ## Run everything on this machine, with pretend X, Facebook and Telegram
	@exec .venv/bin/aside run --playground

test: setup ## Run all tests
	@scripts/test

lint: environments ## Check formatting, style, types and import rules
	@scripts/lint

format: environments ## Format the code
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

bench: setup ## Run the benchmarks, an hour on a quiet machine; ARGS=--quick to see that they work
	@scripts/bench $(ARGS)

reader: environments ## Train the wall's second reader anew, half a minute; ARGS=--only-measure to see how well it reads
	@.tools/bin/uv run --quiet --isolated --locked --no-dev --group reader --python .venv/bin/python python -m scripts.train_reader $(ARGS)

screenshots: setup ## Take the pictures of the docs from a real run
	@.venv/bin/python -m scripts.screenshots

clean: ## Remove what was installed, trained and stored in this checkout
	@rm -rf .venv bot/.venv .tools bot/models .aside

.PHONY: help environments setup run test lint format bench reader screenshots clean
