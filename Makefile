# The commands of the portal; `make help` lists them. Needs Python 3.11 or newer and make, nothing else.

.POSIX:
.PHONY: help run environment clients test test-fast test-database coverage check figures bench lock screenshots openapi contract
PY = .venv/bin/python

help:
	@echo 'make run    set up a trial of the portal on this machine and serve it until Ctrl-C'
	@echo '            (PORT and HOST say where: make run PORT=8080; DATABASE_URL names another PostgreSQL server)'
	@echo 'make test   the whole test suite, on the portal'\''s own PostgreSQL or on that of DATABASE_URL'
	@echo 'make test-fast   the tests without a browser, without processes of their own, and without the exhaustive ones'
	@echo 'make test-database   the tests of what touches SQL, and of which account runs the portal'
	@echo 'make coverage   the whole suite with coverage, which takes half as long again; fails under 90 %'
	@echo 'make check  format, lint, import contracts, migrations, settings for production'
	@echo 'make figures   lengths, shares, types, docstrings, imports and duplicates of the code, beside their targets'
	@echo 'make bench  measure answers from memory beside a plain view of Django; needs wrk'
	@echo 'make screenshots ADDRESS=http://127.0.0.1:8000   take the pictures of docs/screenshots from a running portal'
	@echo 'make openapi   write docs/openapi.yaml, the description of the API, anew'
	@echo 'make contract EXAMPLES=500   ask every operation of the API so often whether it does what its description says'
	@echo 'make lock   write the lock files anew from pyproject.toml'

# Find a Python, make .venv, install a lock file into it; nothing of it where .venv holds that lock already.
# `$$1` is the lock. The copy of it in .venv is the mark of a finished installation. Packages are compiled at once and on
# all processors: left to the first import it would cost every start two seconds where Python may write no cache.
INSTALL = set -e; \
	if [ "`cat $$1`" = "`cat .venv/$$1 2>/dev/null`" ] && $(PY) -c '' 2>/dev/null; then exit 0; fi; \
	if [ ! -w . ]; then echo "This folder cannot be written: `pwd`." >&2; exit 1; fi; \
	if ! $(PY) -m pip --version >/dev/null 2>&1; then \
		for python in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
			if [ -n "$$python" ] && \
				"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
			python=; \
		done; \
		if [ -z "$$python" ]; then echo 'The portal needs Python 3.11 or newer: install it, or name it with make PYTHON=...' >&2; exit 1; fi; \
		echo 'Making .venv.'; \
		if ! "$$python" -m venv --clear .venv >/dev/null; then \
			echo 'This Python cannot make a virtual environment: install its venv module (Debian: python3-venv).' >&2; exit 1; fi; \
	fi; \
	echo "Installing $$1 into .venv."; \
	$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r $$1; \
	$(PY) -m compileall -qq -j 0 .venv/lib || :; \
	cp $$1 .venv/$$1

# The tools that make and compile a TypeScript client, where npm is there; the copy of the lock marks a finished install.
CLIENT_TOOLS = tests/gmg_portal/api/clients/package-lock.json
INSTALL_CLIENT_TOOLS = set -e; \
	if command -v npm >/dev/null && ! cmp -s $(CLIENT_TOOLS) tests/gmg_portal/api/clients/node_modules/package-lock.json; then \
		echo "Installing $(CLIENT_TOOLS)."; \
		npm ci --prefix tests/gmg_portal/api/clients --silent --no-audit --no-fund --ignore-scripts; \
		cp $(CLIENT_TOOLS) tests/gmg_portal/api/clients/node_modules/; \
	fi

# Keep the bytecode of the tests: without it each of their processes compiles 45,000 lines and rewrites the assertions.
UNSET = unset PYTHONDONTWRITEBYTECODE

run:
	@set -- requirements.lock; $(INSTALL)
	@exec $(PY) manage.py run

# The two installations of `make test`, as targets of their own so that the gate can run them at the same time.
environment:
	@set -- requirements-dev.lock; $(INSTALL)

clients:
	@$(INSTALL_CLIENT_TOOLS)

test: environment clients
	@$(UNSET); exec $(PY) -m pytest

test-fast: environment
	@$(UNSET); exec $(PY) -m pytest -n 2 -m 'not browser and not processes and not exhaustive'

test-database: environment
	@$(UNSET); PROPERTY_EXAMPLES=$${PROPERTY_EXAMPLES:-10} exec $(PY) -m pytest -n 2 -m 'database or account'

coverage: environment clients
	@$(UNSET); exec $(PY) -m pytest --cov

check: environment
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(PY) -m djlint --quiet --lint templates
	SECRET_KEY=check $(PY) manage.py makemigrations --check --dry-run
	DEBUG= TRIAL= PLAIN_HTTP= ALLOWED_HOSTS=portal.example SECRET_KEY=`$(PY) -c 'import secrets; print(secrets.token_urlsafe(50))'` \
		$(PY) manage.py check --deploy --fail-level WARNING

PLACES = 5
figures: environment
	@$(PY) -m benchmarks.figures --places $(PLACES)

ROUNDS = 5
bench: environment
	$(PY) -m benchmarks.hot --rounds $(ROUNDS)

lock: environment
	$(PY) -m piptools compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--strip-extras -o requirements.lock pyproject.toml
	$(PY) -m piptools compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--strip-extras --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

screenshots: environment
	$(PY) -m tests.browser.screenshots $(ADDRESS)

openapi: environment
	SECRET_KEY=description $(PY) manage.py spectacular --lang en --validate --fail-on-warn --file docs/openapi.yaml

EXAMPLES = 500
contract: environment
	CONTRACT_EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n 0 tests/gmg_portal/api/test_contract.py
