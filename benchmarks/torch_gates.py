"""The five gates of a transformer as PyTorch computes them: the peer of benchmarks/gates.py.

    python3 torch_gates.py batched MODEL CHUNKS.npz WINDOWS           256 windows at a time, both splits
    python3 torch_gates.py single MODEL CHUNKS.npz WINDOWS THREADS    one at a time, VAL's first WINDOWS

Prints the seconds and the figures of each split as JSON. VAL is the first WINDOWS windows of the first half of the
articles, OOD those of the second half. The model and the chunks are in memory before the clock starts, and there are no
bootstrapped intervals, which the tools do compute. `single` stops where its figures are not those of `batched`.
"""
import json
import sys
import time

import numpy as np
import torch
from torch.nn.functional import cosine_similarity, normalize

from torch_peer import CONTEXT, Transformer

BATCH, HORIZON = 256, 5
SWEEP = range(-3, 4)
LOW, HIGH = 0.45, 0.55
SLOTS = list(range(CONTEXT))
# Which context slot each slot shows; drawn for shuffle, and cross-article takes its last chunk elsewhere.
ORDERS = {"reverse": SLOTS[::-1], "repeat-last": SLOTS[-1:] * CONTEXT}
for dropped in SLOTS:
    kept = SLOTS[:dropped] + SLOTS[dropped + 1 :]
    ORDERS[f"drop-one:{dropped}"] = kept + kept[-1:]
MODES = ["shuffle", *ORDERS, "cross-article"]


class Chunks:
    """The chunks of all articles; `begins` and `ends` hold for each row where its article begins and ends."""

    def __init__(self, path):
        file = np.load(path)
        self.vectors = torch.from_numpy(file["vectors"])
        articles = torch.from_numpy(file["article_indices"])
        counts = torch.unique_consecutive(articles, return_counts=True)[1]
        ends = counts.cumsum(0)
        self.ends = ends.repeat_interleave(counts)
        self.begins = (ends - counts).repeat_interleave(counts)
        self.half = int(ends[len(ends) // 2 - 1])

    def targets(self, windows):
        """The rows of each split's targets, and the rows where the split begins and ends."""
        rows = torch.arange(len(self.vectors))
        targets = rows[rows - self.begins >= CONTEXT]
        splits = {"VAL": (0, self.half), "OOD": (self.half, len(rows))}
        return {
            name: (targets[(targets >= low) & (targets < high)][:windows], low, high)
            for name, (low, high) in splits.items()
        }


def load(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    model = Transformer()
    state = {"mask": model.mask}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        values = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
        state[name.removeprefix("pos_encoder.")] = values.reshape(tensor["shape"])
    model.load_state_dict(state)
    return model.eval()


def ablated(mode, rows, chunks, low, high):
    """The rows of contexts [batch, CONTEXT] as `mode` damages them."""
    if mode == "shuffle":
        return rows.gather(1, torch.rand(rows.shape).argsort(1))
    if mode != "cross-article":
        return rows[:, ORDERS[mode]]
    begins, ends = chunks.begins[rows[:, -1]], chunks.ends[rows[:, -1]]
    # Any of the split's rows outside of the window's own article.
    drawn = (low + torch.rand(len(rows)) * (high - low - (ends - begins))).long()
    rows = rows.clone()
    rows[:, -1] = torch.where(drawn < begins, drawn, drawn + (ends - begins))
    return rows


def batched(model, chunks, targets, low, high):
    vectors, last = chunks.vectors, len(chunks.vectors) - 1
    unit = normalize(vectors)
    edges = (unit[:-1] * unit[1:]).sum(1)
    before, neighbours = torch.arange(-CONTEXT, 0), torch.arange(-CONTEXT, -1)
    around, ahead = torch.tensor(SWEEP) - 1, torch.arange(HORIZON)
    predictions, sweeps, rollouts, coherences = [], [], [], []
    damaged = {mode: [] for mode in MODES}
    for part in targets.split(BATCH):
        column, truth = part[:, None], unit[part]
        rows = column + before
        contexts = vectors[rows]
        steps = [normalize(model(contexts))]
        while len(steps) < HORIZON:
            contexts = torch.cat([contexts[:, 1:], steps[-1][:, None]], 1)
            steps.append(normalize(model(contexts)))
        predictions.append(steps[0])
        sweeps.append(torch.bmm(unit[(column + around).clamp(0, last)], steps[0][:, :, None]).squeeze(2))
        rollouts.append((torch.stack(steps, 1) * unit[(column + ahead).clamp(max=last)]).sum(2))
        coherences.append(edges[column + neighbours].mean(1))
        for mode in MODES:
            prediction = normalize(model(vectors[ablated(mode, rows, chunks, low, high)]))
            damaged[mode].append((prediction * truth).sum(1))
    return figures(
        chunks, targets, torch.cat(sweeps), ranks(chunks, unit, targets, torch.cat(predictions)), torch.cat(rollouts),
        torch.cat(coherences), {mode: torch.cat(cosines) for mode, cosines in damaged.items()})


def ranks(chunks, unit, targets, predictions):
    """One product for each article."""
    result, start = [], 0
    begins, counts = torch.unique_consecutive(chunks.begins[targets], return_counts=True)
    for begin, count in zip(begins.tolist(), counts.tolist()):
        part = slice(start, start + count)
        cosines = predictions[part] @ unit[begin : chunks.ends[begin]].T
        own = cosines.gather(1, (targets[part] - begin)[:, None])
        result.append((cosines > own).sum(1) + 1)
        start += count
    return torch.cat(result)


def single(model, chunks, targets, low, high):
    """As it is usually written: a loop over windows, with a forward pass for each prediction."""
    vectors = chunks.vectors
    sweeps, found, rollouts, coherences, damaged = [], [], [], [], {mode: [] for mode in MODES}
    for target in targets.tolist():
        begin, end = int(chunks.begins[target]), int(chunks.ends[target])
        context, truth = vectors[target - CONTEXT : target], vectors[target]
        prediction = normalize(model(context[None]))[0]
        sweeps.append([
            cosine_similarity(prediction, vectors[row], dim=0).item() if begin <= row < end else 0.0
            for row in range(target - 1 + SWEEP[0], target + SWEEP[-1])])
        cosines = normalize(vectors[begin:end]) @ prediction
        found.append(int((cosines > cosines[target - begin]).sum()) + 1)
        rolled, steps = context, []
        for step in range(HORIZON):
            following = normalize(model(rolled[None]))[0]
            inside = target + step < end
            steps.append(cosine_similarity(following, vectors[target + step], dim=0).item() if inside else 0.0)
            rolled = torch.cat([rolled[1:], following[None]])
        rollouts.append(steps)
        coherences.append(cosine_similarity(context[:-1], context[1:], dim=1).mean().item())
        rows = torch.arange(target - CONTEXT, target)[None]
        for mode in MODES:
            prediction = normalize(model(vectors[ablated(mode, rows, chunks, low, high)]))[0]
            damaged[mode].append(cosine_similarity(prediction, truth, dim=0).item())
    return figures(
        chunks, targets, torch.tensor(sweeps), torch.tensor(found), torch.tensor(rollouts), torch.tensor(coherences),
        {mode: torch.tensor(cosines) for mode, cosines in damaged.items()})


def figures(chunks, targets, sweeps, ranks, rollouts, coherences, damaged):
    """The figures of docs/metrics.md out of those of every window."""
    begins, ends = chunks.begins[targets], chunks.ends[targets]
    swept = sweeps[(targets - 1 + SWEEP[0] >= begins) & (targets - 1 + SWEEP[-1] < ends)].double().mean(0)
    at = SWEEP.index(1)
    cosines = sweeps[:, at].double()
    deltas = {mode: (values.double() - cosines).mean().item() for mode, values in damaged.items()}
    bins = {"low": coherences < LOW, "normal": (coherences >= LOW) & (coherences <= HIGH), "high": coherences > HIGH}
    return {
        "offsets": swept.tolist(),
        "margin": (swept[at] - torch.cat([swept[:at], swept[at + 1 :]]).max()).item(),
        "r_at_1": (ranks == 1).double().mean().item(), "r_at_5": (ranks <= 5).double().mean().item(),
        "mrr": (1 / ranks.double()).mean().item(), "base_cos": cosines.mean().item(), "deltas": deltas,
        "per_step": rollouts[targets + HORIZON - 1 < ends].double().mean(0).tolist(),
        "bins": {name: [int(chosen.sum()), cosines[chosen].mean().item() if chosen.any() else None]
                 for name, chosen in bins.items()}}


def main():
    way, model, chunks, windows = sys.argv[1], load(sys.argv[2]), Chunks(sys.argv[3]), int(sys.argv[4])
    if way == "single":
        torch.set_num_threads(int(sys.argv[5]))
    splits = chunks.targets(windows)
    with torch.inference_mode():
        model(torch.randn(BATCH if way == "batched" else 1, CONTEXT, chunks.vectors.shape[1]))
        start = time.perf_counter()
        if way == "batched":
            result = {name: batched(model, chunks, *split) for name, split in splits.items()}
        else:
            result = {"VAL": single(model, chunks, *splits["VAL"])}
        seconds = time.perf_counter() - start
        if way == "single":
            expected = batched(model, chunks, *splits["VAL"])
            for name in ["margin", "r_at_5", "base_cos"]:
                assert abs(result["VAL"][name] - expected[name]) < 1e-5, f"{name} differs"
    print(json.dumps({"seconds": seconds, "threads": torch.get_num_threads(), "figures": result}))


if __name__ == "__main__":
    main()
