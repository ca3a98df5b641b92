# make demo   the whole flow on the embedded data     make test    every test
# make build  the tools, linked from bin/             make bench   speed against NumPy and cat

SWIFT = swift
# The tools carry Swift's library with them: they start in two thirds of the time, and run where there is no Swift.
STATIC = --static-swift-stdlib
CHECK = --explicit-target-dependency-import-check error
LIBRARIES = libopenblas-dev zlib1g-dev
INSTALL = apt-get update && apt-get install -y

.DELETE_ON_ERROR:
.PHONY: help demo build test bench libraries jq clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# Whatever the verdict, it is done when the flow has run through.
demo: build jq
	pipelines/quickstart

build: libraries
	$(SWIFT) build -c release $(STATIC) $(CHECK)

test: build jq
	Tests/PipelineTests/run
	$(SWIFT) test $(CHECK)

bench: build
	benchmarks/run

# Debian's libraries: installed where this may be done, else the command to run is said.
libraries:
	@for header in cblas.h zlib.h; do \
	  echo "#include <$$header>" | cc -E - > /dev/null 2>&1 && continue; \
	  if test "$$(id -u)" = 0; then $(INSTALL) $(LIBRARIES) || exit 1; break; fi; \
	  echo "$$header is missing. Run: sudo sh -c '$(INSTALL) $(LIBRARIES)'" >&2; exit 1; \
	done

# Pipelines and their tests read JSON with jq.
jq:
	@command -v jq > /dev/null || { test "$$(id -u)" = 0 && $(INSTALL) jq; } || \
	  { echo "jq is missing. Run: sudo sh -c '$(INSTALL) jq'" >&2; exit 1; }

clean:
	rm -rf .build
