# GNU make. Every target does its own set-up: `make demo` or `make check` in a fresh clone needs git, make and Node only.

SHELL = /bin/bash
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:

# a Node that scripts/bring-node.sh brought comes first
export PATH := $(CURDIR)/build/node/node_modules/.bin:$(PATH)
# the scripts run the same way everywhere, and leave nothing in /tmp
export LC_ALL = C
export TSX_DISABLE_CACHE = 1
export NODE_DISABLE_COMPILE_CACHE = 1

export PREFIX = /usr/local
export DESTDIR =
NPM_FLAGS = --loglevel=error --no-audit --no-fund --no-progress
BIOME_FLAGS = --error-on-warnings

NODE = node --import tsx
# runs test files, bundled into few processes, two of them at a time
TEST = node scripts/run-tests.mjs $(strip $(1)) </dev/null
BIN = node_modules/.bin
INSTALLED = node_modules/.package-lock.json
# what the build writes last
BUILT = dist/THIRD-PARTY-LICENSES.txt

# the oldest that package.json allows, and the even ones since
NODES = 20.19 22 24 26
TOOLS = $(basename $(notdir $(wildcard bin/*.ts)))
SOURCES = $(shell find src bin scripts/*.ts scripts/code-cache.cjs -type f ! -name '*.generated.*')
TESTS = $(shell find test -name '*.test.ts' ! -path 'test/live/*' | LC_ALL=C sort)
LIVE_TESTS = $(shell find test/live -name '*.test.ts' 2>/dev/null | LC_ALL=C sort)

.PHONY: build check lint types test check-nodes golden docs bench bench-scale pictures soak live demo install uninstall release clean help

build: $(BUILT) ## compile the programs into dist/ (the default)
	@:

check: build lint types test ## build, lint, check types and run all tests, as CI does

lint: $(INSTALLED)
	@echo "lint"
	@$(BIN)/biome check $(BIOME_FLAGS) --log-level=warn .

types: $(BUILT)
	@echo "types"
	@$(BIN)/tsc
	@$(BIN)/tsc -p src/flamegraph/viewer

test: $(BUILT) ## run all tests but the live ones; TESTS='FILE…' for some
	@echo "test"
	@$(call TEST,$(TESTS))

check-nodes: $(BUILT) ## run them on each Node in NODES; TESTS='FILE…' for some
	@for version in $(NODES); do \
	  folder=$$(scripts/node-of.sh $$version) || exit; \
	  ( export PATH="$$folder:$$PATH"; echo "test on Node $$(node --version)"; $(call TEST,$(TESTS)) ) || exit; \
	done

golden: $(BUILT) ## rewrite the expected files in fixtures/TOOL/CASE; CASE='fold-*/empty*' for some
	@export UPDATE_GOLDEN=1 CASE='$(CASE)'; $(call TEST,test/golden.test.ts)

docs: $(BUILT) ## rewrite the console blocks of README.md and docs/
	@export UPDATE_DOCS=1; $(call TEST,test/docs.test.ts)
	@git status --short README.md docs 2>/dev/null || true

bench: $(BUILT) ## measure speed and memory; ROW='NAME…' for some
	@$(NODE) bench/bench.ts

bench-scale: $(BUILT) ## measure what takes long: 4 GiB, ten million stacks, a loaded Postgres
	@SCALE=1 $(NODE) bench/bench.ts

pictures: $(BUILT) ## photograph pictures in all their ways into build/pictures; RUN=DIR/LABEL for a run's, too
	@$(NODE) scripts/pictures.ts

soak: $(BUILT) ## send mutated inputs through every tool for ten minutes, try laws often, print the table of faults
	@export LAW_RUNS=1000 LIMIT_MINUTES=120 SILENCE_SECONDS=3000; $(call TEST,$$(grep -l fast-check $(TESTS)))
	@$(NODE) soak/soak.ts
	@soak/faults.sh

live: $(BUILT) ## run the tests with the real perf, bpftrace and Postgres of this machine
	@export LIMIT_MINUTES=240 SILENCE_SECONDS=3000; $(if $(LIVE_TESTS),$(call TEST,$(LIVE_TESTS)),echo "live: there are no live tests yet")

demo: $(BUILT) ## profile a sample program and draw demo/cpu.svg
	@scripts/demo.sh

install: build ## install the programs into PREFIX (/usr/local), below DESTDIR
	@scripts/install.sh $(TOOLS)

uninstall: ## remove what install put there
	@scripts/uninstall.sh $(TOOLS)

release: ## test the tag on HEAD in a clone, leave its tarball, checksum and notes in release/
	@scripts/release.sh

clean: ## remove all that make wrote, except node_modules and a Node in build/node
	@rm -rf dist demo
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name node -exec rm -rf {} +; fi
	@find src -name '*.generated.*' -delete

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 13

$(INSTALLED): package-lock.json
	@scripts/bring-node.sh
	@echo "npm ci"
	@npm ci $(NPM_FLAGS) >/dev/null
	@touch $@

$(BUILT): $(INSTALLED) package.json $(SOURCES)
	@echo "build"
	@$(NODE) scripts/build.ts
