#!/usr/bin/env python3
"""The figures of ridge-fit, from their definitions alone, in plain NumPy and double precision.

    python3 linear.py              writes linear.json beside this file, for examples/data
    python3 linear.py FILE.npz     prints the figures of a file instead

Slot weights come from least squares over all entries of all targets, not from the traces that the tool solves with.
"""
import json, os, sys
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "examples", "data")
CASES = ["wiki_small_f16.npz:2:1", "wiki_small_f16.npz:3:2"]
PENALTIES = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]
SEED, MASK = 17, (1 << 64) - 1

def mixed(word):
    z = (word + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)

def windows(path, ctx, offset):
    """(windows, ctx, dim) contexts, (windows, dim) targets and their articles."""
    with np.load(path) as arrays:
        x, articles, chunks = (arrays[k] for k in ("vectors", "article_indices", "chunk_indices"))
    order = np.lexsort((chunks, articles))
    x, articles, chunks = x[order].astype(np.float32).astype(float), articles[order].astype(int), chunks[order].astype(int)
    last = ctx - 1 + offset
    first = [t for t in range(len(x) - last) if articles[t] == articles[t + last] and chunks[t] + last == chunks[t + last]]
    return np.stack([x[t : t + ctx] for t in first]), x[[t + last for t in first]], articles[first]

def slot_weights(contexts, targets):
    centred = contexts - contexts.mean(0)
    inputs = centred.transpose(0, 2, 1).reshape(-1, contexts.shape[1])
    return np.linalg.lstsq(inputs, (targets - targets.mean(0)).ravel(), rcond=None)[0]

def fit(contexts, targets, penalty, weights):
    """The predictions of a map whose differences from slot weights are penalized; penalty None keeps it at the weights."""
    rest = targets - np.einsum("s,nsd->nd", weights, contexts)
    x = contexts.reshape(len(contexts), -1)
    mean_x, mean_y = x.mean(0), rest.mean(0)
    if penalty is None:
        slope = np.zeros((x.shape[1], targets.shape[1]))
    else:
        centred = x - mean_x
        gram = centred.T @ centred
        gram += penalty * np.trace(gram) / len(gram) * np.eye(len(gram))
        slope = np.linalg.solve(gram, centred.T @ (rest - mean_y))
    return lambda c: np.einsum("s,nsd->nd", weights, c) + (c.reshape(len(c), -1) - mean_x) @ slope + mean_y

def scores(predictions, targets):
    norms = np.linalg.norm(predictions, axis=1) * np.linalg.norm(targets, axis=1)
    cosines = np.where(norms > 0, (predictions * targets).sum(1) / np.where(norms > 0, norms, 1), 0)
    variation = ((targets - targets.mean(0)) ** 2).sum()
    return {"mean_cos": cosines.mean(), "r2": 1 - ((predictions - targets) ** 2).sum() / variation}

def figures(path, ctx, offset):
    contexts, targets, articles = windows(path, ctx, offset)
    base = mixed(SEED ^ 0x70656E616C7479)
    ordered = sorted(set(articles.tolist()), key=lambda article: mixed(base ^ article))
    held_out = ordered[: max(1, (len(ordered) + 2) // 5)]
    held = np.isin(articles, held_out)
    found = {}
    for form in ("ridge", "constant", "slot-weights", "slot-weights+ridge"):
        def weights(rows):
            return slot_weights(contexts[rows], targets[rows]) if form.startswith("slot") else np.zeros(ctx)
        entry, penalty = {"windows": len(targets), "penalty": None}, None
        if form.endswith("ridge"):
            entry["penalties"] = []
            for trial in PENALTIES:
                map_ = fit(contexts[~held], targets[~held], trial, weights(~held))
                entry["penalties"].append({"penalty": trial} | scores(map_(contexts[held]), targets[held]))
            penalty = max(entry["penalties"], key=lambda trial: trial["mean_cos"])["penalty"]
            entry |= {"penalty": penalty, "held_out_articles": len(held_out)}
        everything = np.ones(len(targets), bool)
        entry |= scores(fit(contexts, targets, penalty, weights(everything))(contexts), targets)
        if form.startswith("slot"):
            entry["slot_weights"] = weights(everything).tolist()
        found[form] = entry
    return found

if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({name: figures(name, 5, 1) for name in sys.argv[1:]}))
    else:
        cases = [(case, case.split(":")) for case in CASES]
        found = {case: figures(os.path.join(DATA, name), int(ctx), int(offset)) for case, (name, ctx, offset) in cases}
        with open(os.path.join(HERE, "linear.json"), "w") as file:
            json.dump(found, file, indent=1)
            file.write("\n")
