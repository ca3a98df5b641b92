"""Speed of the five gates, as ratios against PyTorch and NumPy measured in the same run, in turn.

    python3 gates.py BIN [WINDOWS]          default: 5000 windows of each split

Needs PyTorch (pip install torch), and a quarter of an hour on two idle cores. The tools' times are those of whole
processes, from reading their files on; the peers' are of computing alone, their data being in memory. One window at a
time is measured on a few windows of VAL, with one thread and with all, and the faster is scaled to all windows.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TURNS = 3
ALONE = 50
# Chunks of 768 entries; articles of 100 have 95 windows each. Neighbours' cosines lie about a bound of the bins.
ARTICLE, CONTEXT = 100, 5
SYNTH = f"vec-synth --process ar --rho 0.45 --dim 768 --chunks {ARTICLE}"
RANKED, PREDICTED = 100_000, 2000
# What the figures of the tools and of the peers may differ by; they sum in different orders, in single precision.
TOLERANCE = 1e-6


def shell(command):
    return subprocess.run(command, shell=True, check=True, stdout=subprocess.PIPE).stdout


def peer(script, *arguments):
    return json.loads(subprocess.check_output([sys.executable, f"{HERE}/{script}", *map(str, arguments)]))


def five_gates(folder):
    """Seconds and reports of pipelines/5cat, whose exit status is 1 where the verdict is not to deploy."""
    start = time.perf_counter()
    done = subprocess.run(
        ["pipelines/5cat", "model.safetensors", "val.nvs", "ood.nvs", "chunks.npz"], cwd=folder, stdout=subprocess.PIPE)
    seconds = time.perf_counter() - start
    assert done.returncode in (0, 1), "pipelines/5cat failed"
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    return seconds, {(report["tool"], report.get("label")): report for report in reports}


def told(name, theirs, ours, goal):
    verdict = f" (goal {goal}: {'reached' if theirs / ours >= goal else 'MISSED'})" if goal else ""
    print(f"  {name:40} {theirs:9.2f} s: x {theirs / ours:.2f}{verdict}", flush=True)


def differences(reports, split, figures):
    """Pairs of the tools' figures with the peer's: those that may differ by rounding, and those that are shares.

    Seeded ablations have other draws here and there, so that they cannot be held against each other.
    """
    tools = ("offset-sweep", "retrieval-rank", "ablation-eval", "rollout-eval", "bins-eval")
    sweep, ranks, ablation, rollout, bins = (reports[tool, split] for tool in tools)
    deltas = {f"drop-one:{slot}": value for slot, value in ablation["drop_one"].items()} | {
        mode: ablation["deltas"][mode] for mode in ("reverse", "repeat-last")}
    pairs = [(sweep["margin"], figures["margin"]), (ablation["base_cos"], figures["base_cos"])]
    pairs += [(sweep["offsets"][str(k)], value) for k, value in zip(range(-3, 4), figures["offsets"], strict=True)]
    pairs += [(value, figures["deltas"][mode]) for mode, value in deltas.items()]
    pairs += zip(rollout["per_step"], figures["per_step"], strict=True)
    pairs.append((rollout["mean_cos"], statistics.mean(figures["per_step"])))
    shares = [(ranks[name], figures[name]) for name in ("r_at_1", "r_at_5", "mrr")]
    for name, (windows, mean) in figures["bins"].items():
        shares.append((bins[name]["windows"] / ablation["windows"], windows / ablation["windows"]))
        assert (mean is None) == (bins[name]["mean_cos"] is None), "a bin is empty here and not there"
        if bins[name]["windows"] == windows and mean is not None:
            pairs.append((bins[name]["mean_cos"], mean))
    return pairs, shares


def check(reports, figures):
    """Stops unless the tools and the peer computed the same. A window at a bound may count on either side of it."""
    largest = 0
    for split, theirs in figures.items():
        pairs, shares = differences(reports, split, theirs)
        windows = reports["ablation-eval", split]["windows"]
        largest = max(largest, *(abs(a - b) for a, b in pairs))
        assert all(abs(a - b) <= 1.01 / windows for a, b in shares), f"{split}: shares differ: {shares}"
    assert largest <= TOLERANCE, f"figures differ by {largest}"
    print(f"  the figures of both agree within {largest:.0e}", flush=True)


def measure_gates(folder, windows):
    articles = -(-windows // (ARTICLE - CONTEXT))
    shell(f"model-init --arch transformer --dim 768 --ctx 5 --seed 1 --out {folder}/model.safetensors --quiet")
    shell(f"{SYNTH} --articles {2 * articles} | npz-write {folder}/chunks.npz")
    for split, chosen in [("val", f"0-{articles - 1}"), ("ood", f"{articles}-{2 * articles - 1}")]:
        shell(f"npz-read {folder}/chunks.npz | article-select --only {chosen} | seq-build --ctx {CONTEXT}"
              f" | stream-head -n {windows} > {folder}/{split}.nvs")
    alone = min(ALONE, windows)
    ours, batched, single = [], [], []
    for _ in range(TURNS):
        seconds, reports = five_gates(folder)
        ours.append(seconds)
        data = f"{folder}/model.safetensors", f"{folder}/chunks.npz"
        results = peer("torch_gates.py", "batched", *data, windows)
        batched.append(results["seconds"])
        # A pass of one window is so short that two threads may wait for each other longer than they save.
        slow = min(peer("torch_gates.py", "single", *data, alone, n)["seconds"] for n in (1, os.cpu_count()))
        single.append(slow * 2 * windows / alone)
    seconds = statistics.median(ours)
    print(f"\npipelines/5cat, transformer, 2 x {windows} windows: {seconds:.2f} s", flush=True)
    told("PyTorch, batches of 256", statistics.median(batched), seconds, 2)
    told(f"PyTorch, one at a time (scaled from {alone})", statistics.median(single), seconds, 50)
    check(reports, results["figures"])


def measure_ranks(folder):
    chunks = f"{folder}/all.nvs"
    shell(f"{SYNTH} --articles {RANKED // ARTICLE} > {chunks} && npz-write {folder}/all.npz < {chunks}")
    # Targets near the prediction, and targets anywhere among thousands of chunks of nearly the same cosine.
    for name, model in [("context-mean", "context-mean"), ("an untrained transformer", f"{folder}/model.safetensors")]:
        measure_ranks_of(folder, chunks, name, model)


def measure_ranks_of(folder, chunks, name, model):
    predictions = f"{folder}/predictions.nvs"
    # As many from each article.
    shell(f"seq-build --ctx {CONTEXT} --stride {RANKED // PREDICTED} {chunks} | stream-head -n {PREDICTED}"
          f" | model-predict --model {model} --quiet > {predictions}")
    shell(f"npz-write {folder}/predictions.npz < {predictions}")
    command = f"retrieval-rank --scope all --articles {chunks} --format json --quiet {predictions}"
    ours, computing, reading = [], [], []
    for turn in range(TURNS + 1):
        start = time.perf_counter()
        report = json.loads(shell(command))
        seconds = time.perf_counter() - start
        result = peer("numpy_ranks.py", f"{folder}/all.npz", f"{folder}/predictions.npz")
        if turn > 0:  # the first warms the cache
            ours.append(seconds)
            computing.append(result["seconds"])
            reading.append(result["with_reading"])
    seconds = statistics.median(ours)
    assert report["windows"] == PREDICTED
    print(f"\nretrieval-rank --scope all, {PREDICTED} predictions of {name}, {RANKED} chunks: {seconds:.2f} s")
    told("NumPy, batches of 256", statistics.median(computing), seconds, 1)
    told("the same with numpy.load", statistics.median(reading), seconds, None)
    for figure in ("r_at_1", "r_at_5", "mrr", "mean_rank"):
        # NumPy's cosines round: here and there a target and a chunk beside it change places.
        allowed = 1e-5 * report["mean_rank"] if figure == "mean_rank" else 1e-3
        assert abs(report[figure] - result[figure]) <= allowed, f"{figure}: {report[figure]} and {result[figure]}"
    print(f"  mean rank {report['mean_rank']:.3f}, in NumPy {result['mean_rank']:.3f}", flush=True)


def main():
    windows = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as folder:
        # The pipeline takes its tools from the bin beside it.
        os.symlink(os.path.abspath(sys.argv[1]), f"{folder}/bin")
        os.symlink(f"{HERE}/../pipelines", f"{folder}/pipelines")
        os.environ["PATH"] = f"{folder}/bin" + os.pathsep + os.environ["PATH"]
        measure_gates(folder, windows)
        measure_ranks(folder)


if __name__ == "__main__":
    main()
