# Every target is a line or two over an ordinary command, so that dbt users can go without make.
# Variables: make build TARGET=duckdb, make demo MONTHS=6 CLAIMS_PER_MONTH=1000
TARGET ?= dev
MONTHS ?= 24
CLAIMS_PER_MONTH ?= 5000
SEED ?= 42
END_DATE ?= 2025-12-31
RAW ?= data/raw
TCP_PORT ?= 54329
PYTHON ?= python3
ARGS ?=

# dbt finds its connection in profiles.yml here, else in ~/.dbt, else in the example as it is.
ifndef DBT_PROFILES_DIR
DBT_PROFILES_DIR := $(if $(wildcard profiles.yml),$(CURDIR),$(if $(shell grep -s '^rcm_warehouse:' ~/.dbt/profiles.yml),$(HOME)/.dbt,$(CURDIR)/.profiles))
endif
export DBT_PROFILES_DIR
# A socket's path is limited; paths.py finds one that fits however deep this folder lies.
ifndef RCM_PG_SOCKET
RCM_PG_SOCKET := $(shell $(PYTHON) -c 'from scripts import paths; print(paths.socket_folder(paths.postgres_home()))')
endif
export RCM_PG_SOCKET
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# make 3.81 (macOS) looks up simple commands without the PATH above, unless it needs a shell
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install lock deps postgres-start postgres-stop postgres-status postgres-tcp psql \
	generate load build docs erd summary alerts analyses demo test bench lint format types pytest mutants clean

help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' Makefile

install: .venv/.installed .profiles/profiles.yml ## Make .venv from requirements.lock (exact versions, checked hashes)

.venv/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or later is needed; run: make PYTHON=python3.11 ...")'
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	python -m pip install --quiet --no-deps --require-hashes -r requirements.lock && touch .venv/.installed

.profiles/profiles.yml: profiles.example.yml
	mkdir -p .profiles .duckdb && cp profiles.example.yml .profiles/profiles.yml

lock: ## Write requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --quiet --output-file requirements.lock

deps: install ## Install the dbt packages from the dbt hub, or the stand-ins where it is out of reach
	python -m scripts.deps $(if $(filter deps,$(MAKECMDGOALS)),$(ARGS))

postgres-start: install ## Start the project's own PostgreSQL (for TARGET=dev)
	python -m scripts.postgres start

postgres-stop: install ## Stop it; the data stays
	python -m scripts.postgres stop

postgres-status: install ## Say whether it runs, and where
	@python -m scripts.postgres status

postgres-tcp: install ## Open it to BI tools on 127.0.0.1:TCP_PORT and print how to connect
	python -m scripts.postgres start --tcp $(TCP_PORT)
	@python -m scripts.postgres connection

psql: install ## Open a SQL prompt
	@python -m scripts.postgres psql

generate: install ## Generate claims into RAW: MONTHS, CLAIMS_PER_MONTH, SEED, END_DATE
	python -m data_generator --months $(MONTHS) --claims-per-month $(CLAIMS_PER_MONTH) --seed $(SEED) --end-date $(END_DATE) --out $(RAW) --format parquet

load: install ## Load RAW into TARGET
	python -m data_generator load --from $(RAW) --target $(TARGET)

build: deps ## Build and test every model in TARGET
	dbt build --target $(TARGET) $(ARGS)

docs: deps ## Write the metric dictionary, and the documentation site to target/static_index.html
	python -m scripts.metric_dictionary
	dbt docs generate --static --target $(TARGET)

erd: deps ## Draw the marts' keys anew into docs/erd.md, from contracts and relationships tests
	python -m scripts.erd $(ARGS)

summary: install ## Print the KPI summary from TARGET
	python -m scripts.kpi_summary --target $(TARGET)

alerts: install ## Print the open alerts of TARGET; ARGS=--smtp or ARGS=--webhook sends the new ones
	python -m scripts.alerts --target $(TARGET) $(ARGS)

analyses: deps ## Run the queries of analyses/ in TARGET, or those named in ARGS
	python -m scripts.run_analyses --target $(TARGET) $(ARGS)

# unit tests judge the SQL, not the data: make test runs them
demo: ARGS += --exclude-resource-type unit_test
demo: install deps $(if $(filter dev,$(TARGET)),postgres-start) generate load build docs summary ## All of it: database, two years of claims, build, docs, summary

test: install ## Every check that CI runs, on data and databases of its own
	python -m scripts.test_all $(ARGS)

bench: deps ## Measure generating, loading, building and nights; ARGS="--sizes 24x5000" for one size
	python -m benchmarks.warehouse $(ARGS)

lint: deps ## Check the style of SQL and Python
	sqlfluff lint models tests analyses --processes 2
	ruff check . && ruff format --check .

format: install ## Repair the style of SQL and Python
	ruff check --fix . && ruff format .
	sqlfluff fix models tests analyses

types: install ## Check the Python types
	mypy

pytest: deps ## Run the Python tests
	pytest $(ARGS)

mutants: deps ## Break the models one place at a time and see whether the tests notice (minutes; ARGS=--help)
	python -m scripts.mutants $(ARGS)

clean: install ## Stop PostgreSQL and delete what was made here but .venv: databases, generated data, results
	python -m scripts.postgres stop
	rm -rf .postgres .duckdb .test .mutants .profiles data/raw data/drops dbt_packages target logs
