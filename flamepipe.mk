# flamepipe.mk: make rules for runs of flame-record, and for recordings made by hand. In a Makefile of yours:
#
#     include $(shell flame-record --makefile-path)
#     RECORD = --pid-pattern myserver --mode both --workload 'python3 load.py'
#     RECORD_async = --title 'synchronous_commit=off'
#     all: profiles/baseline/index.html profiles/async/index.html compare-baseline-async
#
# profiles/LABEL/index.html records a run, if there is none or it is not complete (run.json says so). The other rules start from what lies in a folder:
#
#     perf.data  → cpu.folded → cpu.svg
#     offcpu.raw → offcpu.folded → offcpu.svg
#     offcpu.raw → offcpu.reasons.folded → offcpu.reasons.svg, offcpu.raw → offcpu.reasons.txt
#
# so that make draws anew the pictures that are older than their recording, and no others. compare-A-B records the labels A
# and B where there are no such runs, prints the table of B against A, and leaves
#
#     profiles/diff-A-B.txt, profiles/diff-A-B.offcpu.svg, profiles/diff-A-B.cpu.svg
#
# of what both have. The runs that there are tell labels with a dash apart; name others of them in FLAME_LABELS.

FLAME_OUT ?= profiles
FLAME_RECORD ?= flame-record
PERF ?= perf
PERF_SCRIPT_FLAGS ?= --no-inline --no-demangle
PERF_FOLD ?= perf-fold
OFFCPU_FOLD ?= offcpu-fold
OFFCPU_CLASSIFY ?= offcpu-classify
FOLD_DIFF ?= fold-diff
FLAME_SVG ?= flame-svg
FLAME_LABELS ?=

# a rule that fails leaves nothing behind; a pipe fails where any of its commands does
.DELETE_ON_ERROR:
# keeps what lies between a recording and its pictures; .PRECIOUS would keep it broken as well
.SECONDARY:
$(FLAME_OUT)/%: SHELL := /bin/bash
$(FLAME_OUT)/%: .SHELLFLAGS := -o pipefail -c

# Runs of a label: one at a time, whatever -j says, because they would disturb each other.
# A run whose half is missing fails, but keeps its page (.PRECIOUS: it appears whole), and is recorded anew the next time.
.PRECIOUS: $(FLAME_OUT)/%/index.html
.PHONY: flame-anew
.SECONDEXPANSION:
# $(call FLAME_INCOMPLETE,RUN.JSON)
FLAME_INCOMPLETE = $(if $(wildcard $(1)),$(shell grep -l '"complete": false' $(1)))
$(FLAME_OUT)/%/index.html: $$(if $$(call FLAME_INCOMPLETE,$$(@D)/run.json),flame-anew)
	mkdir -p $(FLAME_OUT)
	flock $(FLAME_OUT)/.lock $(FLAME_RECORD) --quiet $(if $(wildcard $(@D)/run.json),--force) --out-dir $(FLAME_OUT) --label $* $(RECORD) $(RECORD_$*)

# flame-record leaves a copy of the kernel's symbols beside its recording, which serves after the next boot, too.
FLAME_KALLSYMS = $(wildcard $(@D)/kallsyms)
FLAME_NO_KALLSYMS = $(if $(FLAME_KALLSYMS),--kallsyms /dev/null)

$(FLAME_OUT)/%/cpu.folded: $(FLAME_OUT)/%/perf.data
	$(PERF) script $(PERF_SCRIPT_FLAGS) $(FLAME_NO_KALLSYMS) -i $< | \
	  $(PERF_FOLD) --count samples $(FLAME_KALLSYMS:%=--kallsyms %) > $@

# Threads that slept through the window are in no dump; flame-record leaves them in a file of their own.
FLAME_SLEEPERS = $(wildcard $(@D)/offcpu.sleepers.folded)
# the dump's own window, which with that file is not believed
FLAME_WINDOW = $$(awk '/^flamepipe offcpu end /{ printf "--window %.9f", ($$9 - $$7) / 1e9 }' $(filter %.raw,$^))

$(FLAME_OUT)/%/offcpu.folded: $(FLAME_OUT)/%/offcpu.raw $$(FLAME_SLEEPERS)
	{ $(OFFCPU_FOLD) $< && cat /dev/null $(FLAME_SLEEPERS); } > $@

$(FLAME_OUT)/%/offcpu.reasons.folded: $(FLAME_OUT)/%/offcpu.raw $$(FLAME_SLEEPERS)
	$(OFFCPU_CLASSIFY) --folded $^ > $@

$(FLAME_OUT)/%/offcpu.reasons.txt: $(FLAME_OUT)/%/offcpu.raw $$(FLAME_SLEEPERS)
	$(OFFCPU_CLASSIFY) --table $^ > $@

$(FLAME_OUT)/%/offcpu.reasons.json: $(FLAME_OUT)/%/offcpu.raw $$(FLAME_SLEEPERS)
	$(OFFCPU_CLASSIFY) --json $(FLAME_WINDOW) $^ > $@

$(FLAME_OUT)/%/cpu.svg: $(FLAME_OUT)/%/cpu.folded
	$(FLAME_SVG) --title '$*: on-CPU' $< > $@

$(FLAME_OUT)/%/offcpu.svg: $(FLAME_OUT)/%/offcpu.folded
	$(FLAME_SVG) --title '$*: off-CPU' --countname us --colors io $< > $@

$(FLAME_OUT)/%/offcpu.reasons.svg: $(FLAME_OUT)/%/offcpu.reasons.folded
	$(FLAME_SVG) --title '$*: off-CPU by reason' --countname us --colors io $< > $@

# A-B: two labels. If they have dashes, the two runs count whose names make this one.
FLAME_RUNS = $(patsubst $(FLAME_OUT)/%/.,%,$(wildcard $(FLAME_OUT)/*/.))
FLAME_NAMES = $(sort $(FLAME_RUNS) $(FLAME_LABELS))
FLAME_PAIRS = $(strip $(foreach a,$(FLAME_NAMES),$(foreach b,$(FLAME_NAMES),$(if $(filter $(a)-$(b),$*),$(a) $(b)))))
FLAME_WORDS = $(subst -, ,$*)
FLAME_PAIR = $(or $(if $(filter 2,$(words $(FLAME_PAIRS))),$(FLAME_PAIRS)),$(if $(FLAME_PAIRS),$(error \
  compare-$*: it could be several pairs of labels: $(FLAME_PAIRS))),$(if $(filter 2,$(words \
  $(FLAME_WORDS))),$(FLAME_WORDS)),$(error compare-$*: which are the two labels? Where a label has a dash, its run must \
  be in $(FLAME_OUT), or its name in FLAME_LABELS))
FLAME_A = $(FLAME_OUT)/$(word 1,$(FLAME_PAIR))
FLAME_B = $(FLAME_OUT)/$(word 2,$(FLAME_PAIR))
FLAME_AGAINST = $(word 2,$(FLAME_PAIR)) against $(word 1,$(FLAME_PAIR))
FLAME_SIDES = --before='$(word 1,$(FLAME_PAIR))' --after='$(word 2,$(FLAME_PAIR))'

# A second make sees what these runs left.
FLAME_UNRECORDED = $(filter-out $(FLAME_RUNS),$(FLAME_PAIR))
compare-%: $$(addprefix $$(FLAME_OUT)/,$$(addsuffix /index.html,$$(FLAME_UNRECORDED)))
	@$(MAKE) --no-print-directory -f $(firstword $(MAKEFILE_LIST)) compared-$*

# of what both runs have: $(call FLAME_BOTH,FILES)
FLAME_BOTH = $(if $(wildcard $(1:%=$(FLAME_A)/%)),$(if $(wildcard $(1:%=$(FLAME_B)/%)),yes))
FLAME_DIFFS = $(if $(call FLAME_BOTH,offcpu.raw),$(FLAME_OUT)/diff-$*.txt $(FLAME_OUT)/diff-$*.offcpu.svg) \
  $(if $(call FLAME_BOTH,perf.data cpu.folded),$(FLAME_OUT)/diff-$*.cpu.svg)
compared-%: $$(FLAME_DIFFS)
	@$(if $^,,echo 'compare-$*: the two runs have no recording of one kind' >&2; exit 2)
	@$(if $(filter %.txt,$^),cat $(filter %.txt,$^))
	@echo '$^'

$(FLAME_OUT)/diff-%.txt: $$(FLAME_A)/offcpu.reasons.json $$(FLAME_B)/offcpu.raw $$(wildcard $$(FLAME_B)/offcpu.sleepers.folded)
	$(OFFCPU_CLASSIFY) --table --baseline $(word 1,$(FLAME_PAIR))=$< $(FLAME_WINDOW) $(filter-out $<,$^) > $@

$(FLAME_OUT)/diff-%.offcpu.svg: $$(FLAME_A)/offcpu.reasons.folded $$(FLAME_B)/offcpu.reasons.folded
	$(FOLD_DIFF) $^ | $(FLAME_SVG) --title '$(FLAME_AGAINST): off-CPU by reason' $(FLAME_SIDES) --countname us > $@

$(FLAME_OUT)/diff-%.cpu.svg: $$(FLAME_A)/cpu.folded $$(FLAME_B)/cpu.folded
	$(FOLD_DIFF) $^ | $(FLAME_SVG) --title '$(FLAME_AGAINST): on-CPU' $(FLAME_SIDES) > $@
