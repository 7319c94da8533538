# flamepipe.mk: make rules for runs of flame-record, and for recordings made by hand. In a Makefile of yours:
#
#     include $(shell flame-record --makefile-path)
#     RECORD = --pid-pattern myserver --mode both --workload 'python3 load.py'
#     RECORD_async = --title 'synchronous_commit=off'
#     all: profiles/baseline/index.html profiles/async/index.html compare-baseline-async
#
# profiles/LABEL/index.html records a run, if there is none. The other rules start from what lies in a folder:
#
#     perf.data  → cpu.folded → cpu.svg
#     offcpu.raw → offcpu.folded → offcpu.svg
#     offcpu.raw → offcpu.reasons.folded → offcpu.reasons.svg, offcpu.raw → offcpu.reasons.txt
#
# so that a recording that is newer than its pictures has them drawn anew, and no other.

FLAME_OUT ?= profiles
FLAME_RECORD ?= flame-record
PERF ?= perf
PERF_SCRIPT_FLAGS ?= --no-inline
PERF_FOLD ?= perf-fold
OFFCPU_FOLD ?= offcpu-fold
OFFCPU_CLASSIFY ?= offcpu-classify
FLAME_SVG ?= flame-svg

# a rule that fails leaves nothing behind; a pipe fails where any of its commands does
.DELETE_ON_ERROR:
# folded stacks are kept, though only pictures were asked for
.PRECIOUS: $(FLAME_OUT)/%.folded
$(FLAME_OUT)/%: SHELL := /bin/bash
$(FLAME_OUT)/%: .SHELLFLAGS := -o pipefail -c

# Runs of a label: one at a time, whatever -j says, for they would disturb each other.
$(FLAME_OUT)/%/index.html:
	flock $(FLAME_OUT)/.lock $(FLAME_RECORD) --quiet --out-dir $(FLAME_OUT) --label $* $(RECORD) $(RECORD_$*)

$(FLAME_OUT)/%/cpu.folded: $(FLAME_OUT)/%/perf.data
	$(PERF) script $(PERF_SCRIPT_FLAGS) -i $< | $(PERF_FOLD) --count samples > $@

$(FLAME_OUT)/%/offcpu.folded: $(FLAME_OUT)/%/offcpu.raw
	$(OFFCPU_FOLD) $< > $@

$(FLAME_OUT)/%/offcpu.reasons.folded: $(FLAME_OUT)/%/offcpu.raw
	$(OFFCPU_CLASSIFY) --folded $< > $@

$(FLAME_OUT)/%/offcpu.reasons.txt: $(FLAME_OUT)/%/offcpu.raw
	$(OFFCPU_CLASSIFY) --table $< > $@

$(FLAME_OUT)/%/cpu.svg: $(FLAME_OUT)/%/cpu.folded
	$(FLAME_SVG) --title '$*: on-CPU' $< > $@

$(FLAME_OUT)/%/offcpu.svg: $(FLAME_OUT)/%/offcpu.folded
	$(FLAME_SVG) --title '$*: off-CPU' --countname us --colors io $< > $@

$(FLAME_OUT)/%/offcpu.reasons.svg: $(FLAME_OUT)/%/offcpu.reasons.folded
	$(FLAME_SVG) --title '$*: off-CPU by reason' --countname us --colors io $< > $@

# compare-A-B: the tables of two labels, one above the other. A label that is compared holds no dash.
FLAME_A = $(word 1,$(subst -, ,$*))
FLAME_B = $(word 2,$(subst -, ,$*))
.SECONDEXPANSION:
compare-%: $$(FLAME_OUT)/$$(FLAME_A)/offcpu.reasons.txt $$(FLAME_OUT)/$$(FLAME_B)/offcpu.reasons.txt
	@for table in $^; do echo "$$table"; cat "$$table"; done
