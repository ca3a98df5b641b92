# make demo   the whole flow on the embedded data     make test    every test
# make build  the tools, linked from bin/             make bench   speed against NumPy and cat
# make lint   style of sources, scripts and documents
# make trust  damage, kills, limits, load by the thousand  make fuzz   coverage-guided fuzzing
# make sanitize  the Swift tests under a sanitizer

SWIFT = swift
# The tools carry Swift's library with them: they start in two thirds of the time, and run where there is no Swift.
STATIC = --static-swift-stdlib
CHECK = --explicit-target-dependency-import-check error
LIBRARIES = libopenblas-dev zlib1g-dev
INSTALL = apt-get update && apt-get install -y

SCRIPTS = $(wildcard pipelines/[!r]*) $(wildcard examples/*.sh) $(wildcard Tests/PipelineTests/*.sh) \
  Tests/PipelineTests/run Tests/FuzzTargets/run $(addprefix Tests/TrustTests/,run doors faults limits load surroundings) benchmarks/run docs/make-tools-page .ci/run

.DELETE_ON_ERROR:
.PHONY: help demo build lint test trust sanitize fuzz bench libraries jq shellcheck strace clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# Whatever the verdict, it is done when the flow has run through.
demo: build jq
	pipelines/quickstart

build: libraries
	$(SWIFT) build -c release $(STATIC) $(CHECK)

test: build jq
	Tests/PipelineTests/run
	Tests/TrustTests/run --short bin
	$(SWIFT) test $(CHECK)

# The long form, half an hour: docs/reliability.md.
trust: build jq strace
	Tests/TrustTests/run bin

# SANITIZER: address or thread. What lives as long as the process, such as the stack for signals, is no leak.
SANITIZER = address
sanitize: libraries
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize $(SANITIZER) --scratch-path .build/$(SANITIZER) --skip ToolTests

# Coverage-guided fuzzing: SECONDS for each format, from golden files and what earlier runs have found.
SECONDS = 60
fuzz: libraries
	NEXTVEC_FUZZ=1 $(SWIFT) build -c release --product fuzz-inputs --scratch-path .build/fuzz -Xswiftc -sanitize=fuzzer
	Tests/FuzzTargets/run $(SECONDS)

# Whether each target declares what it imports is checked by every build: CHECK.
lint: shellcheck
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	shellcheck $(SCRIPTS)
	docs/check-links

bench: build
	benchmarks/run

# Debian's libraries: installed where this may be done, else the command to run is said.
libraries:
	@for header in cblas.h zlib.h; do \
	  echo "#include <$$header>" | cc -E - > /dev/null 2>&1 && continue; \
	  if test "$$(id -u)" = 0; then $(INSTALL) $(LIBRARIES) || exit 1; break; fi; \
	  echo "$$header is missing. Run: sudo sh -c '$(INSTALL) $(LIBRARIES)'" >&2; exit 1; \
	done

# Pipelines and their tests read JSON with jq; shellcheck reads the scripts; strace shows what tools ask of the system.
jq shellcheck strace:
	@command -v $@ > /dev/null || { test "$$(id -u)" = 0 && $(INSTALL) $@; } || \
	  { echo "$@ is missing. Run: sudo sh -c '$(INSTALL) $@'" >&2; exit 1; }

clean:
	rm -rf .build
