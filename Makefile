# What people and CI run. Each target installs what it lacks (scripts/bootstrap: asks at a terminal, YES=1 answers).

SEGUE := .build/release/segue
PYTEST := .venv/bin/python3 -m pytest -c Tests/Integration/pytest.ini Tests/Integration
export SEGUE_BINARY := $(CURDIR)/$(SEGUE)
SECONDS ?= 60

.PHONY: help build demo example test check soak fuzz bench clean
.SILENT:

help: ## List these targets.
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

build: ## Build the command, as it is shipped: .build/release/segue.
	scripts/bootstrap build
	swift build --configuration release --product segue --static-swift-stdlib

demo: build ## Walk one user from the old login to Clerk: gateway, Clerk emulator and origin on this machine.
	$(SEGUE) demo

example: build ## Run one of examples/ until Ctrl-C; NAME=tellmemore, and the others that its README names.
	scripts/bootstrap build test
	.venv/bin/python3 examples/run.py $(NAME)

test: build ## Run every test: Swift's, then those of the built command against real peers.
	scripts/bootstrap build test
	scripts/test-swift
	$(PYTEST) --numprocesses 3 --dist loadfile

check: ## What a change must pass: format, layers, strict build, tests.
	scripts/bootstrap build test
	swift format lint --strict --recursive Package.swift Sources Tests
	scripts/check-layers
	swift build --build-tests
	$(MAKE) test

soak: build ## The long runs: crowds, floods, races, ten minutes of everything; SANITIZE=address or thread watches them.
	scripts/bootstrap build test bench
	$(if $(SANITIZE),swift build --configuration release --product segue --sanitize $(SANITIZE) --scratch-path .build/$(SANITIZE))
	$(if $(SANITIZE),SEGUE_SANITIZER=$(SANITIZE) SEGUE_BINARY=$(CURDIR)/.build/$(SANITIZE)/release/segue) $(PYTEST) -m soak

fuzz: ## Fuzz the parsers of what strangers send, 60 s each; SECONDS=600 for longer.
	scripts/bootstrap build
	for target in RequestHead ResponseHead Chunked CompactToken Claims KeySet Cookies Query Path Settings \
	        Webhook Letter InvitationToken; do \
	    echo "$$target:" && fuzz/run $$target $(SECONDS) || exit 1; \
	done

bench: ## Compare CPU per request with nginx, HAProxy and Envoy; TARGET=URL measures a gateway that runs already.
	scripts/bootstrap build bench
	$(if $(TARGET),,swift build --configuration release --product segue --static-swift-stdlib)
	.venv/bin/python3 bench/bench.py $(if $(TARGET),--target $(TARGET),--system-calls)

clean: ## Remove what was built.
	rm -rf .build .venv
