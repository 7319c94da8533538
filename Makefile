# GNU make. Every target does its own set-up: `make demo` or `make check` in a fresh clone needs git, make and Node only.

SHELL = /bin/bash
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:

PREFIX = /usr/local
DESTDIR =
NPM_FLAGS = --loglevel=error --no-audit --no-fund --no-progress
BIOME_FLAGS = --error-on-warnings

NODE = node --import tsx
# runs test files, bundled into few processes, two of them at a time
TEST = entries=$$(node scripts/bundle-tests.mjs $(strip $(1))) && \
  node --enable-source-maps --test --test-concurrency=2 --test-reporter=./test/reporter.mjs $$entries </dev/null
BIN = node_modules/.bin
INSTALLED = node_modules/.package-lock.json
# what the build writes last
BUILT = dist/THIRD-PARTY-LICENSES.txt

TOOLS = $(basename $(notdir $(wildcard bin/*.ts)))
PROGRAMS = $(TOOLS:%=dist/%.cjs)
SOURCES = $(shell find src bin scripts/*.ts -type f ! -name '*.generated.*')
TESTS = $(shell find test -name '*.test.ts' ! -path 'test/live/*' | LC_ALL=C sort)
LIVE_TESTS = $(shell find test/live -name '*.test.ts' 2>/dev/null | LC_ALL=C sort)

.PHONY: build check lint types test golden docs bench live demo install uninstall clean help

build: $(BUILT) ## compile the programs into dist/ (the default)
	@:

check: build lint types test ## lint, types, build and all tests: what CI runs

lint: $(INSTALLED)
	@echo "lint"
	@$(BIN)/biome check $(BIOME_FLAGS) --log-level=warn .

types: $(BUILT)
	@echo "types"
	@$(BIN)/tsc
	@$(BIN)/tsc -p src/flamegraph/viewer

test: $(BUILT) ## all tests but the live ones; TESTS='FILE…' for some
	@echo "test"
	@$(call TEST,$(TESTS))

golden: $(BUILT) ## rewrite the expected files in fixtures/TOOL/CASE; CASE='fold-*/empty*' for some
	@export UPDATE_GOLDEN=1 CASE='$(CASE)'; $(call TEST,test/golden.test.ts)

docs: $(BUILT) ## rewrite the console blocks of README.md and docs/
	@export UPDATE_DOCS=1; $(call TEST,test/docs.test.ts)
	@git status --short README.md docs 2>/dev/null || true

bench: $(BUILT) ## measure speed and memory
	@$(NODE) bench/bench.ts
	@$(NODE) bench/offcpu-overhead.ts
	@$(NODE) bench/render.ts

live: $(BUILT) ## tests with the real perf, bpftrace and Postgres of this machine
	@$(if $(LIVE_TESTS),$(call TEST,$(LIVE_TESTS)),echo "live: there are no live tests yet")

demo: $(BUILT) ## profile a sample program and draw demo/cpu.svg
	@scripts/demo.sh

install: build ## into PREFIX (/usr/local), below DESTDIR
	@install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/flamepipe'
	@install -m 644 LICENSE bpf/offcpu.bt flamepipe.mk $(filter-out $(PROGRAMS),$(wildcard dist/*)) '$(DESTDIR)$(PREFIX)/lib/flamepipe'
	@install -m 755 $(PROGRAMS) '$(DESTDIR)$(PREFIX)/lib/flamepipe'
	@for tool in $(TOOLS); do \
	  ln -sf "../lib/flamepipe/$$tool.cjs" "$(DESTDIR)$(PREFIX)/bin/$$tool" && \
	  echo "$(DESTDIR)$(PREFIX)/bin/$$tool" || exit; \
	done

uninstall: ## what install put there
	@rm -f $(TOOLS:%='$(DESTDIR)$(PREFIX)/bin/%')
	@rm -rf '$(DESTDIR)$(PREFIX)/lib/flamepipe'

clean: ## remove all that make wrote, except node_modules
	@rm -rf dist build demo
	@find src -name '*.generated.*' -delete

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

$(INSTALLED): package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' || \
	  { echo "flamepipe needs Node 20.19 or newer, with npm; found: $$(node --version 2>&1)" >&2; exit 1; }
	@echo "npm ci"
	@npm ci $(NPM_FLAGS) >/dev/null
	@touch $@

$(BUILT): $(INSTALLED) package.json $(SOURCES)
	@echo "build"
	@$(NODE) scripts/build.ts
