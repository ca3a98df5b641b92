"""Speed of training and prediction, as ratios against PyTorch measured in the same run, in turn.

    python3 training.py BIN [ARCH ...]      default: transformer lstm gru amn

Needs PyTorch (pip install torch). Whole tools are measured on whole streams, by a clock outside: train-step from the line
of its third step to that of its last, model-predict by the difference between a short stream and a long one. So what a
tool does once (starting, reading and writing checkpoints) does not count; reading and checking the stream does.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS, TURNS = 3, 3
# Multiply-adds per window of the forward pass at 768 entries and 5 chunks, of all positions and of all layers.
MULTIPLY_ADDS = {"transformer": 86_630_400, "lstm": 23_986_176, "gru": 33_816_576, "amn": 2_298_880}
# (architecture, batch, ratio to eager, ratio to torch.compile): what the tools are to reach.
TRAINING = [
    ("transformer", 32, 2.0, 1.5), ("transformer", 256, 1.8, None), ("lstm", 32, 1.3, None), ("gru", 32, 1.4, None),
    ("amn", 32, 2.0, None)]


def peer(*arguments):
    output = subprocess.check_output([sys.executable, f"{HERE}/torch_peer.py", *map(str, arguments)])
    return json.loads(output)["rate"]


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def rate_of_steps(command, stream, batch):
    """Windows per second from the line of the third step on."""
    times = []
    with open(stream, "rb") as source:
        child = subprocess.Popen(command, shell=True, stdin=source, stdout=subprocess.PIPE)
        for _ in child.stdout:
            times.append(time.perf_counter())
    assert child.wait() == 0, command
    # The last line is the epoch's.
    steps = times[2:-1]
    return batch * (len(steps) - 1) / (steps[-1] - steps[0])


def rate_between(command, prefix, short, long):
    """Windows per second between two lengths of a stream; `command` reads it from standard input."""
    return (long - short) / (seconds(f"{command} < {prefix}{long}.nvs") - seconds(f"{command} < {prefix}{short}.nvs"))


def streams(folder, order, *counts):
    """Windows in the order of their targets, as a stream to be predicted comes, or shuffled, as training wants them."""
    then = {"ordered": "", "shuffled": " | seq-shuffle"}[order]
    for windows in counts:
        path = f"{folder}/{order}-{windows}.nvs"
        if not os.path.exists(path):
            subprocess.run(
                f"vec-synth --process ar --articles {windows // 100 + 1} --chunks 105 --dim 768 | seq-build"
                f" | stream-head -n {windows}{then} > {path}", shell=True, check=True)


def told(name, ours, theirs, goal):
    verdict = f" (goal {goal}: {'reached' if ours / theirs >= goal else 'MISSED'})" if goal else ""
    print(f"  {name:34} {theirs:9.0f}: x {ours / theirs:.2f}{verdict}", flush=True)


def measure_training(folder, arch, batch, goal, compiled_goal):
    guess = peer("train", arch, batch, 1, "eager")
    windows = max(12, int(2 * guess * SECONDS / batch)) * batch
    streams(folder, "shuffled", windows)
    command = (
        f"train-step --model {folder}/{arch}.safetensors --out {folder}/out.safetensors --recipe p1-baseline"
        f" --batch {batch} --epoch 1 --log-every 1 --quiet")
    ours, eager, compiled = [], [], []
    for _ in range(TURNS):
        ours.append(rate_of_steps(command, f"{folder}/shuffled-{windows}.nvs", batch))
        eager.append(peer("train", arch, batch, SECONDS, "eager"))
        if compiled_goal:
            compiled.append(peer("train", arch, batch, SECONDS, "compile"))
    rate = statistics.median(ours)
    print(f"\n{arch}, batch {batch}: train-step {rate:.0f} windows/s", flush=True)
    told("PyTorch eager", rate, statistics.median(eager), goal)
    if compiled_goal:
        told("torch.compile", rate, statistics.median(compiled), compiled_goal)
    return rate


def measure_prediction(folder, arch, batch):
    short, long = 2 * batch, 2 * batch + 40 * batch
    orders = ("ordered", "shuffled")
    for order in orders:
        streams(folder, order, short, long)
    command = f"model-predict --model {folder}/{arch}.safetensors --batch {batch} --quiet"
    ours, theirs = {order: [] for order in orders}, []
    for _ in range(TURNS):
        for order in orders:
            ours[order].append(rate_between(command, f"{folder}/{order}-", short, long))
        theirs.append(peer("predict", arch, batch, SECONDS))
    for order in orders:
        rate = statistics.median(ours[order])
        goal = 2.0 if (arch, order) == ("transformer", "ordered") else None
        print(f"\n{arch}, batch {batch}, {order} windows: model-predict {rate:.0f} windows/s", flush=True)
        told("PyTorch eager inference", rate, statistics.median(theirs), goal)


def main():
    os.environ["PATH"] = os.path.abspath(sys.argv[1]) + os.pathsep + os.environ["PATH"]
    chosen = sys.argv[2:] or ["transformer", "lstm", "gru", "amn"]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as folder:
        for arch in chosen:
            subprocess.run(
                f"model-init --arch {arch} --dim 768 --ctx 5 --seed 1 --out {folder}/{arch}.safetensors --quiet",
                shell=True, check=True)
        for arch, batch, goal, compiled_goal in TRAINING:
            if arch not in chosen:
                continue
            rate = measure_training(folder, arch, batch, goal, compiled_goal)
            if (arch, batch) == ("transformer", 256):
                peak = peer("product", 4096, SECONDS)
                done = 3 * MULTIPLY_ADDS[arch] * rate
                print(f"  the model's multiply-adds: {done / 1e9:.0f} of {peak / 1e9:.0f} billion a second in one large"
                      f" product: {100 * done / peak:.0f}% (goal 75%)")
        for arch in chosen:
            measure_prediction(folder, arch, 256)


if __name__ == "__main__":
    main()
