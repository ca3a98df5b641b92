#!/usr/bin/env python3
"""Damages a stream in every way of one kind and demands that every tool refuses every one of them.

    damage.py cuts|flips STREAM [--samples N] -- TOOL ARG… [-- TOOL ARG…]

The tool reads the damaged stream from a pipe. It must exit with 65 (or what --expect says) in time, print exactly one line of error, and leave
nothing that could be taken for an answer: no byte of a report, no stream without its ABORT, no file called `result`.
"""
import argparse, os, random, shutil, signal, sys, tempfile

TIME_LIMIT = 10
REPORTS = ("direction-diagnose", "narrative-delta", "stream-info", "stream-check", "stream-diff", "text-write")

def damaged(data, kind, samples):
    """Every prefix, or every stream with one bit flipped, or a seeded sample of them; each with a name."""
    count = len(data) * (1 if kind == "cuts" else 8)
    places = range(count) if samples is None else sorted(random.Random(17).sample(range(count), min(samples, count)))
    return count, places

def damage(data, kind, place):
    if kind == "cuts":
        return data[:place]
    flipped = bytearray(data)
    flipped[place // 8] ^= 1 << place % 8
    return bytes(flipped)

def run(command, data, folder):
    """Exit status, standard output, standard error."""
    names = [os.path.join(folder, name) for name in ("in", "out", "err")]
    if len(data) <= 65536:                          # fits into a pipe
        source, sink = os.pipe()
        os.write(sink, data)
        os.close(sink)
        feeder = None
    else:
        source, sink = os.pipe()
        feeder = os.fork()
        if feeder == 0:
            os.close(source)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            view = memoryview(data)
            while view:
                view = view[os.write(sink, view):]
            os._exit(0)
        os.close(sink)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, source, 0),
        (os.POSIX_SPAWN_OPEN, 1, names[1], flags, 0o600), (os.POSIX_SPAWN_OPEN, 2, names[2], flags, 0o600)],
        setsigdef=[signal.SIGPIPE])
    os.close(source)
    timed_out = []
    signal.signal(signal.SIGALRM, lambda *_: (timed_out.append(True), os.kill(child, signal.SIGKILL)))
    signal.alarm(TIME_LIMIT)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.alarm(0)
    if feeder:
        os.waitpid(feeder, 0)
    output, errors = (open(name, "rb").read() for name in names[1:])
    return "hangs" if timed_out else status, output, errors

def complaint(command, status, output, errors, folder, expect):
    """What is wrong with a tool's answer to a damaged stream; nothing, if all is right."""
    if status != expect:
        return f"exit {status}, expected {expect}"
    if sum(b": error: " in line for line in errors.splitlines()) != 1 or len(errors.splitlines()) > 2:
        return f"expected one line of error, found {errors!r}"
    # What goes to a file leaves no file; what goes to standard output says that it is not whole.
    writes_stream = command[0] not in REPORTS and "result" not in command
    if writes_stream and b"NVSABORT" not in output[-1024:]:
        return "ended its stream without an ABORT"
    if output and not writes_stream and command[0] != "text-write":
        return f"printed {output[:80]!r}"
    if command[0] == "text-write" and b'"end":' in output:
        return "ended its text"
    left = [name for name in os.listdir(folder) if name not in ("in", "out", "err")]
    if left:
        return f"left {left} behind"
    return None

def worker(number, workers, arguments, commands, data):
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    wrong = 0
    _, places = damaged(data, arguments.kind, arguments.samples)
    for place in places[number::workers]:
        bad = damage(data, arguments.kind, place)
        for command in commands:
            problem = complaint(command, *run(command, bad, folder), folder, arguments.expect)
            if problem:
                wrong += 1
                print(f"{' '.join(command)}: {arguments.kind} at {place}: {problem}", flush=True)
                if wrong > 5:
                    os._exit(1)
    shutil.rmtree(folder)
    os._exit(1 if wrong else 0)

def main():
    words = sys.argv[1:]
    parts, part = [], []
    for word in words + ["--"]:
        if word == "--":
            parts.append(part)
            part = []
        else:
            part.append(word)
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("cuts", "flips"))
    parser.add_argument("stream")
    parser.add_argument("--samples", type=int)
    parser.add_argument("--expect", type=int, default=65)
    arguments = parser.parse_args(parts[0])
    commands = parts[1:]
    data = open(arguments.stream, "rb").read()
    # The undamaged stream must pass: a tool that refuses everything would look perfect here.
    for command in commands:
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        status, _, errors = run(command, data, folder)
        shutil.rmtree(folder)
        if status not in (0, 1) or errors:
            sys.exit(f"{' '.join(command)}: the undamaged stream: exit {status}: {errors!r}")
    workers = len(os.sched_getaffinity(0))
    children = []
    for number in range(workers):
        child = os.fork()
        if child == 0:
            worker(number, workers, arguments, commands, data)
        children.append(child)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    if any(statuses):
        sys.exit(1)
    print(len(damaged(data, arguments.kind, arguments.samples)[1]) * len(commands))

main()
