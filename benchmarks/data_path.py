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

DIM, PER_ARTICLE = 768, 76
HERE = os.path.dirname(os.path.abspath(__file__))


def make_data(path, rows):
    """Chunks that resemble their neighbours, of unit length, in articles of 76 as in the seed's data."""
    import numpy as np

    generator = np.random.default_rng(rows)
    vectors = np.empty((rows, DIM), np.float32)
    for start in range(0, rows, 1 << 14):
        block = generator.standard_normal((min(1 << 14, rows - start), DIM), dtype=np.float32)
        block[1:] += block[:-1].copy()
        vectors[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    numbers = np.arange(rows, dtype=np.int32)
    np.savez(path, vectors=vectors, article_indices=numbers // PER_ARTICLE, chunk_indices=numbers % PER_ARTICLE)


def timed(runs, *commands):
    """Median wall seconds of each shell command, run in turn so that all see the same machine; the first turn warms the cache."""
    seconds = [[] for _ in commands]
    for _ in range(runs + 1):
        for command, times in zip(commands, seconds):
            start = time.perf_counter()
            subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
    return [statistics.median(times[1:]) for times in seconds]


def peer(way, path, runs):
    results = [
        json.loads(subprocess.check_output([sys.executable, f"{HERE}/numpy_diagnosis.py", way, path]))
        for _ in range(runs)
    ]
    return statistics.median(r["seconds"] for r in results), max(r["peak_mb"] for r in results), results[0]


def stage_peaks(stages):
    """Peak resident megabytes of each stage of a pipeline. (A child inherits its parent's peak: this process must stay small.)"""
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
    # In a process of its own: see stage_peaks.
    subprocess.run([sys.executable, __file__, "--make", path, str(rows)], check=True)
    runs = 3 if rows > 200_000 else 9
    print(f"\n{rows} x {DIM} float32, {os.path.getsize(path) / 1e6:.0f} MB")
    pipeline = f"npz-read {path} | seq-build --ctx 5 | direction-diagnose --no-gate"
    check, cat = f"npz-read {path} | stream-check", f"cat {path} | cat > /dev/null"
    ours, checking, copying = timed(runs, pipeline, check, cat)
    print(f"  npz-read | seq-build | direction-diagnose   {ours:7.3f} s")
    report = json.loads(subprocess.check_output(pipeline, shell=True))
    for way, repeats, least in [("lags", runs, 2), ("in-place", runs, None), ("windows", 1, 40)]:
        if rows > 200_000 and way == "windows":
            continue  # its arrays would take 13 GB
        theirs, peak, figures = peer(way, path, repeats)
        told(f"NumPy, {way}", theirs, theirs / ours, least, f", {peak:.0f} MB")
        pairs = zip(report["position_similarity"], figures["position_similarity"])
        assert all(abs(a - b) < 1e-6 for a, b in pairs), "the figures differ"
    told("npz-read | stream-check, beside cat | cat", checking, copying / checking, 0.8, f"; cat {copying:.3f} s")
    peaks = stage_peaks([["npz-read", path], ["seq-build", "--ctx", "5"], ["direction-diagnose", "--no-gate"]])
    print(f"  peak memory of the stages: {', '.join(f'{p:.0f}' for p in peaks)} MB (goal: 100)")
    os.unlink(path)


def told(name, seconds, ratio, goal, more=""):
    verdict = f" (goal {goal}: {'reached' if ratio >= goal else 'MISSED'})" if goal else ""
    print(f"  {name:43} {seconds:7.3f} s{more}: x {ratio:.2f}{verdict}")


def main():
    if sys.argv[1] == "--make":
        return make_data(sys.argv[2], int(sys.argv[3]))
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
