#!/usr/bin/env python3
"""Runs a command and writes its peak resident memory in KiB to a file: peak.py FILE COMMAND ARG…"""
import os, sys

child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    print(usage.ru_maxrss, file=file)
sys.exit(os.waitstatus_to_exitcode(status))
