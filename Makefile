# Two commands for a newcomer: `make run`, then `make test`. Everything they need is set up on the way.
.PHONY: setup run test test-long test-mirror test-clients test-duckdb2 test-soak test-spark spark-cluster server superset check ui bench \
	bench-scale bench-peers clean docs dbt-docs pictures poison
PYTHON ?= python3
BIN := .venv/bin
export DO_NOT_TRACK := 1
export UV_NO_PROGRESS := 1

setup: .venv/ready

# uv comes from the same lock, hash-checked by pip; byte-code is compiled and the dbt project parsed now, because
# starting is the cost.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("unwind needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	awk '/^uv==/ {on=1} on && !/^(uv==|[ ]|#)/ {on=0} on' requirements.lock > .venv/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip install --quiet --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m orchestration.manifest > /dev/null
	touch $@

run: setup
	$(BIN)/unwind run --case feb_2026

test: setup
	$(BIN)/pytest -n 2 --dist loadgroup -m "not mirror and not clients and not soak and not long and not spark"

# Whole runs beside whole runs: a daemon's morning, the case in another time zone, killed landings and publications, a
# dataset added to a copy.
test-long: setup
	$(BIN)/pytest -n 2 --dist loadgroup -m "long and not mirror"

test-mirror: setup
	@if test -d ../shared/mirror; then $(BIN)/pytest -n 2 --dist loadgroup -m "mirror and not soak"; \
	else echo "no mirror of archived data beside the checkout: its tests are left out"; fi

# The published file, read by other versions of DuckDB, by Node and by WebAssembly: fetches them.
test-clients: setup
	$(BIN)/pytest -m clients tests/end_to_end/test_other_clients.py

# The same tests on DuckDB 2, which pyproject.toml allows and the lock does not have yet: fetches it. Without the one
# that wants silence at the end of a run, where version 2 tells of its own leaks, and the one that compares bytes with
# those of the other engines' environment, in which the version stands.
.venv-duckdb2/ready: .venv/ready tests/duckdb2.lock
	test -x .venv-duckdb2/bin/python || $(PYTHON) -m venv .venv-duckdb2
	$(BIN)/uv pip install --quiet --require-hashes --compile-bytecode --python .venv-duckdb2/bin/python -r requirements.lock
	$(BIN)/uv pip install --quiet --require-hashes --no-deps --python .venv-duckdb2/bin/python -r tests/duckdb2.lock
	$(BIN)/uv pip install --quiet --python .venv-duckdb2/bin/python --no-deps --no-build-isolation -e .
	touch $@

test-duckdb2: .venv-duckdb2/ready
	.venv-duckdb2/bin/pytest -n 2 --dist loadgroup -m "not mirror and not clients and not soak and not long and not spark" \
		--deselect tests/end_to_end/test_bundled_case.py::test_it_ends_well_and_asks_nobody \
		--deselect tests/distributed/test_answers_of_engines.py::test_its_days_are_kept_as_duckdbs_are

# What deploy/ adds to a laptop's set-up: Dagster's memory in Postgres.
.venv/server: .venv/ready deploy/requirements.lock
	$(BIN)/uv pip install --quiet --require-hashes --no-deps -r deploy/requirements.lock
	touch $@

# The promises about kills and readers at full length; then the server of deploy/ as plain processes over a Postgres of
# Debian's, and three archived days at speed. Many minutes.
test-soak: .venv/server
	UNWIND_TEST_KILLS=200 UNWIND_TEST_PUBLICATIONS=40 $(BIN)/pytest -s -n 0 --timeout 3600 \
		tests/end_to_end/test_kill.py tests/orchestration/test_publish_kills.py
	$(BIN)/pytest -s -rs -m soak tests/soak

# The same server over this checkout's data, to look at; its database is thrown away.
server: .venv/server
	$(BIN)/python -m tests.soak.server

# Superset over this checkout's releases, at 127.0.0.1:8088. An environment of its own, since it holds to an older SQLAlchemy.
.venv-superset/ready: .venv/ready deploy/superset/requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Superset needs Python 3.11 or 3.12") if sys.version_info >= (3, 13) else None'
	test -x .venv-superset/bin/python || $(PYTHON) -m venv .venv-superset
	$(BIN)/uv pip install --quiet --require-hashes --python .venv-superset/bin/python -r deploy/superset/requirements.lock
	touch $@

superset: .venv-superset/ready
	$(BIN)/python -m orchestration.superset .venv-superset/bin

# Sail and Spark for the rollups (docs/scale.md): a gigabyte of packages of their own. With them `make test` tries Sail.
.venv-spark/ready: .venv/ready deploy/engines.lock
	test -x .venv-spark/bin/python || $(BIN)/python -m venv .venv-spark
	$(BIN)/uv pip install --quiet --python .venv-spark/bin/python --require-hashes --compile-bytecode -r deploy/engines.lock
	touch $@

# Twenty million trades on a Spark cluster of its own and on Sail's workers, cell by cell beside DuckDB. Wants Java 17.
test-spark: .venv-spark/ready
	$(BIN)/pytest -s -rs -n 0 --timeout 1800 tests/distributed

# A master and two workers on loopback, until Ctrl-C.
spark-cluster: .venv-spark/ready
	$(BIN)/python -m tests.distributed.cluster

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/analyses
	$(BIN)/pytest -n 2 --doctest-modules --ignore orchestration/postgres_log.py \
		ingestion orchestration dbt_project/estimators tests/repo

# The pages of metrics and recipes print what the bundled case answers: `make run` first.
docs: setup
	$(BIN)/python -m orchestration.sources_page
	$(BIN)/python -m orchestration.metrics_page
	$(BIN)/python -m orchestration.recipes_page
	$(BIN)/python -m orchestration.rules_page

# dbt's own pages as one file that needs no server: every model, its SQL, its lineage up to sources and on to exposures.
dbt-docs: setup
	$(BIN)/python -m orchestration.manifest
	$(BIN)/dbt --quiet --log-level-file none docs generate --static --no-compile --empty-catalog \
		--project-dir dbt_project --profiles-dir dbt_project
	@echo dbt_project/target/static_index.html

# The README's pictures, as the last run drew them. Of the bundled case only: others' measured data are not ours to pass on.
pictures: run
	grep -q '"scope": *"case:' data/published/latest/manifest.json
	install -m 644 data/published/latest/brief/01_prices.png data/published/latest/brief/02_deleveraging.png docs/pictures/

poison: setup
	$(BIN)/python -m tests.poison_table

ui: setup
	$(BIN)/unwind ui

# Every goal of speed, size and memory, in about a quarter of an hour on two cores; docs/benchmarks.md is its answer. Peers
# that are not installed are printed as absent: `make bench-peers` adds them to .venv.
bench: setup
	$(BIN)/python -m tests.bench

# 200 million trades and 100 million unspent outputs: peak memory, and its growth from 20 million.
bench-scale: setup
	$(BIN)/python -m tests.bench --scale

bench-peers: setup
	$(BIN)/uv pip install --quiet --require-hashes --no-deps -r tests/bench/requirements.lock

clean:
	rm -rf .venv .venv-superset .venv-spark .venv-duckdb2 data dbt_project/target dbt_project/logs .mypy_cache .ruff_cache .pytest_cache *.egg-info
