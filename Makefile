# `make` lists the targets; `make demo` and `make test` are all that a fresh machine needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MIRROR := .cache/mirror
# What the engines, their mirror and their namespaces need of a Debian machine, then what tests ask.
PACKAGES := python3-venv apt dpkg curl iproute2 mount util-linux ca-certificates \
	libseccomp2 libdevmapper1.02.1 libsystemd0 iptables debian-archive-keyring \
	mmdebstrap systemd-container uidmap slirp4netns \
	gnupg gpgv openssl bash zsh fish sudo shellcheck busybox nftables openssh-client

.DEFAULT_GOAL := help
.PHONY: help setup system demo test check bench build clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: system $(VENV)/ready ## install what is needed, system packages included

system:
	@.build/system-packages $(PACKAGES)

$(VENV)/ready: pyproject.toml channels.yaml .build/compile_channels.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: setup ## the main job on real engines, by apt too: switch, roll back, kill half-way, recover
	@$(BIN)/python -m tests.integration.demo

test: setup ## all tests, real engines included (as root, with the Debian archive)
	$(BIN)/python -m tests.integration.ahead
	$(BIN)/python -m pytest -n 3 --dist loadgroup # engines are waited for, too

check: setup ## format, lint and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	@.build/lint-collection $(BIN)

bench: setup ## how fast, beside what a user would type instead
	@$(BIN)/python -m tests.bench

build: setup ## the wheel, the source archive, the single file and the Ansible collection, in dist/
	rm -rf dist
	$(BIN)/python -m build --quiet
	$(BIN)/python .build/single_file.py dist
	$(BIN)/python .build/collection.py
	@ls dist

clean: ## remove what was built
	rm -rf $(VENV) .cache dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
