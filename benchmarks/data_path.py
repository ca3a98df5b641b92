"""Speed of the data path, as ratios against peers measured in the same run.

    python3 data_path.py BIN [ROWS ...]      default 100000; 584000 is the size of the seed's data
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

DIM, PER_ARTICLE = 768, 76
HERE = os.path.dirname(os.path.abspath(__file__))


def make_data(path, rows):
    """A random walk's shape costs nothing to make: chunks that resemble their neighbours, unit length."""
    generator = np.random.default_rng(rows)
    vectors = np.empty((rows, DIM), np.float32)
    for start in range(0, rows, 1 << 14):
        block = generator.standard_normal((min(1 << 14, rows - start), DIM), dtype=np.float32)
        block[1:] += block[:-1].copy()
        vectors[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    numbers = np.arange(rows, dtype=np.int32)
    np.savez(path, vectors=vectors, article_indices=numbers // PER_ARTICLE, chunk_indices=numbers % PER_ARTICLE)


def timed(command, runs):
    """Median wall seconds of a shell command, after one run to warm the cache."""
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def peer(way, path, runs):
    results = [
        json.loads(subprocess.check_output([sys.executable, f"{HERE}/numpy_diagnosis.py", way, path]))
        for _ in range(runs)
    ]
    return statistics.median(r["seconds"] for r in results), max(r["peak_mb"] for r in results), results[0]


def stage_peaks(stages):
    """Peak resident megabytes of each stage of a pipeline."""
    children, source = [], None
    for stage in stages:
        child = subprocess.Popen(stage, stdin=source, stdout=subprocess.PIPE)
        if source:
            source.close()
        source = child.stdout
        children.append(child)
    source.read()
    return [os.wait4(child.pid, 0)[2].ru_maxrss / 1024 for child in children]


def start_up(command, runs=100):
    """Median milliseconds from spawn to exit."""
    seconds = []
    quiet = [(os.POSIX_SPAWN_OPEN, n, "/dev/null", os.O_RDWR, 0) for n in (1, 2)]
    for _ in range(runs):
        empty = [(os.POSIX_SPAWN_OPEN, 0, command[1], os.O_RDONLY, 0)]
        start = time.perf_counter()
        pid = os.posix_spawn(command[0], command[:1], os.environ, file_actions=empty + quiet)
        os.waitpid(pid, 0)
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def measure(bin_dir, folder, rows):
    path = f"{folder}/{rows}.npz"
    make_data(path, rows)
    big = rows > 200_000
    print(f"\n{rows} x {DIM} float32, {os.path.getsize(path) / 1e6:.0f} MB")
    pipeline = f"npz-read {path} | seq-build --ctx 5 | direction-diagnose --no-gate"
    ours = timed(pipeline, 3 if big else 9)
    print(f"  pipeline                {ours:8.3f} s")
    for way, runs, least in [("lags", 3 if big else 7, 2), ("windows", 1, 40)]:
        if big and way == "windows":
            continue  # 17 GB
        theirs, peak, figures = peer(way, path, runs)
        verdict = "reached" if theirs / ours >= least else "MISSED"
        print(f"  NumPy, {way:8}         {theirs:8.3f} s  {peak:6.0f} MB   x {theirs / ours:6.2f}   (goal {least}: {verdict})")
        report = json.loads(subprocess.check_output(pipeline, shell=True))
        worst = np.abs(np.subtract(report["position_similarity"], figures["position_similarity"])).max()
        assert worst < 1e-6, f"position similarities differ by {worst}"
    peaks = stage_peaks([["npz-read", path], ["seq-build", "--ctx", "5"], ["direction-diagnose", "--no-gate"]])
    print("  peak memory             " + ", ".join(f"{p:.0f} MB" for p in peaks) + f"   (goal 100: {'reached' if max(peaks) <= 100 else 'MISSED'})")
    check = timed(f"npz-read {path} | stream-check", 3 if big else 9)
    cat = timed(f"cat {path} | cat > /dev/null", 3 if big else 9)
    print(f"  npz-read | stream-check {check:8.3f} s; cat | cat {cat:.3f} s   x {cat / check:.2f} of cat's speed (goal 0.8: {'reached' if cat / check >= 0.8 else 'MISSED'})")
    os.unlink(path)


def main():
    bin_dir = os.path.abspath(sys.argv[1])
    os.environ["PATH"] = bin_dir + os.pathsep + os.environ["PATH"]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as folder:
        for rows in [int(r) for r in sys.argv[2:]] or [100_000]:
            measure(bin_dir, folder, rows)
        nothing = f"{folder}/nothing.nvs"
        subprocess.run(f"vec-synth --articles 0 --dim 8 > {nothing}", shell=True, check=True)
        source, program = f"{folder}/nothing.c", f"{folder}/nothing"
        open(source, "w").write("int main(void) { return 0; }\n")
        subprocess.run(["cc", "-O1", "-o", program, source], check=True)
        print("\nstart to end of a stage that has nothing to do (goal 8 ms)")
        print(f"  a C program      {start_up([program, '/dev/null']):5.2f} ms")
        for tool in ["stream-check", "seq-build", "stream-cat"]:
            print(f"  {tool:16} {start_up([f'{bin_dir}/{tool}', nothing]):5.2f} ms")


if __name__ == "__main__":
    main()
