# Training that only starts where the data pass the gates of direction-diagnose; where they do not, it says which and stops.
#
#     make -f examples/gated-training.mk DATA=examples/data/wiki_example_f16.npz RUN=runs/gated
#     make -f examples/gated-training.mk DATA=wiki.npz RUN=runs/wiki GATES="--min-signal 0.1" EPOCHS=12
#     make -f examples/gated-training.mk help
#
# The gate is a file that others depend on: RUN/data.passed is there only where the data have passed with these GATES and this CTX.
# It holds for any make-driven work: put your own command in the place of pipelines/train.

DATA =
RUN =
RECIPE = p6b-v2.1
ARCH = amn
EPOCHS = 4
CTX = 5
# Flags for direction-diagnose: the minimum values to ask for.
GATES =
# Settings of pipelines/train that its caller may give too: SEED, SPLIT, MODEL, BATCH, LR, DROPOUT, STOP_ON, KEEP.

ROOT := $(patsubst %/,%,$(dir $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))))
ROOT := $(if $(ROOT),$(ROOT),.)
export PATH := $(abspath $(ROOT)/bin):$(PATH)
export RECIPE ARCH EPOCHS CTX

# A line for every gate.
GATE_LINES = def short: if type == "number" then . * 10000 | round / 10000 else . end; .gates | to_entries[] | \
  "\(.key): \(.value.value | short), \(.value.minimum) asked: \(if .value.pass then "pass" else "FAIL" end)"

.DELETE_ON_ERROR:
.PHONY: train help
# FORCE, as the gates are checked here, with GATES: pipelines/train would ask for the default minima once more.
train: $(RUN)/data.passed
	@FORCE=1 $(ROOT)/pipelines/train '$(DATA)' '$(RUN)/train'

help:
	@sed -n '/^#/!q;s/^# \{0,1\}//p' '$(lastword $(MAKEFILE_LIST))'

# Status 1 is an answer, and the report tells why; anything else is no answer, and no report.
$(RUN)/data.json: $(DATA) $(RUN)/.gates
	@$(ROOT)/pipelines/diagnose '$(DATA)' $(GATES) --format json -o '$@' || test $$? -eq 1

$(RUN)/data.passed: $(RUN)/data.json
	@jq -r '$(GATE_LINES)' '$<'
	@jq -e .pass '$<' > '$@' || { echo 'gated-training: no training: the data fail a gate' >&2; exit 1; }

# What was asked is part of what was made: other GATES or another CTX ask anew.
$(RUN)/.gates: force
	@mkdir -p '$(RUN)' && echo 'CTX=$(CTX) $(GATES)' | { cmp -s - '$@' || echo 'CTX=$(CTX) $(GATES)' > '$@'; }
.PHONY: force

ifeq ($(filter help,$(MAKECMDGOALS)),)
ifeq ($(and $(DATA),$(RUN)),)
$(error DATA=FILE.npz and RUN=FOLDER are needed; make -f $(lastword $(MAKEFILE_LIST)) help)
endif
endif
