#!/usr/bin/env python3
"""The figures of arrow-test, from their definitions alone, in plain NumPy and double precision.

    python3 arrow.py FILE.npz[:COMPONENTS:CTX] ...    prints a JSON object: case -> figures
    python3 arrow.py --fixture                        writes arrow.json beside this file, for examples/data

The random signs and the split of articles follow the hashes that docs/metrics.md gives; the bootstrap does not, so that
ci95 is not among the figures.
"""
import json, os, sys
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "examples", "data")
CASES = ["wiki_example_f16.npz:64:5", "wiki_small_f16.npz:64:5", "wiki_small_f16.npz:10:2", "first30:32:3"]
SEED, DRAWS, RUN, PENALTY = 17, 999, 64, 0.01
MASK = (1 << 64) - 1

def mixed(word):
    z = (word + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)

def is_fitted(article):
    return (mixed(mixed(SEED) ^ article) >> 11) * 2.0 ** -53 < 0.8

def signs(article, run):
    base = mixed(mixed(mixed(SEED ^ 0x6172726F77) ^ article) ^ run)
    words = [mixed(base ^ word) for word in range((DRAWS + 63) // 64)]
    return np.array([1 if words[r >> 6] >> (r & 63) & 1 == 0 else -1 for r in range(DRAWS)])

def load(name):
    """Vectors and their keys in ascending order; `first30`: the articles below 30 of the small file."""
    few = name == "first30"
    path = os.path.join(DATA, "wiki_small_f16.npz" if few else name)
    with np.load(path if os.path.exists(path) else name) as arrays:
        x, articles, chunks = (arrays[k] for k in ("vectors", "article_indices", "chunk_indices"))
    order = np.lexsort((chunks, articles))
    order = order[articles[order] < 30] if few else order
    return x[order].astype(np.float32).astype(np.float64), articles[order].astype(int), chunks[order].astype(int)

def asymmetry(x, articles, chunks, components):
    centred = x - x.mean(0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(x))
    z = centred @ vectors[:, -components:] / np.sqrt(values[-components:])
    pairs = np.flatnonzero((articles[1:] == articles[:-1]) & (chunks[1:] == chunks[:-1] + 1))
    by_runs = len(set(articles[pairs])) < 40
    units = [(int(articles[t]), int(chunks[t]) // RUN if by_runs else 0) for t in pairs]
    whole = z[pairs + 1].T @ z[pairs]
    scale = np.linalg.norm(whole + whole.T)
    total = np.zeros((DRAWS, components * components))
    for unit in sorted(set(units)):
        rows = pairs[[u == unit for u in units]]
        part = z[rows + 1].T @ z[rows]
        total += np.outer(signs(*unit), (part - part.T).ravel())
    index, null = np.linalg.norm(whole - whole.T) / scale, np.linalg.norm(total, axis=1) / scale
    return {
        "pairs": len(pairs), "units": len(set(units)), "unit": "run" if by_runs else "article", "asymmetry": index,
        "null_mean": null.mean(), "null_p95": np.percentile(null, 95), "p": (1 + int((null >= index).sum())) / (1 + DRAWS)}

def ridge(x, y):
    mx, my = x.mean(0), y.mean(0)
    gram = (x - mx).T @ (x - mx)
    weight = np.linalg.solve(gram + PENALTY * np.diag(gram).mean() * np.eye(len(gram)), (x - mx).T @ (y - my))
    return lambda new: (new - mx) @ weight + my

def skill(x, articles, chunks, ctx):
    last = np.arange(len(x) - ctx)
    first = last[(articles[last] == articles[last + ctx]) & (chunks[last + ctx] == chunks[last] + ctx)]
    windows = np.stack([x[first + j] for j in range(ctx + 1)], axis=1)
    fitted = np.array([is_fitted(int(a)) for a in articles[first]])
    found = {"skill_windows": int((~fitted).sum())}
    for name, w in (("forward", windows), ("backward", windows[:, ::-1])):
        inputs, y = w[:, :ctx].reshape(len(w), -1), w[:, ctx]
        predicted, truth = ridge(inputs[fitted], y[fitted])(inputs[~fitted]), y[~fitted]
        cosines = (predicted * truth).sum(1) / np.linalg.norm(predicted, axis=1) / np.linalg.norm(truth, axis=1)
        found[f"{name}_skill"] = cosines.mean()
        found[f"{name}_r2"] = 1 - ((truth - predicted) ** 2).sum() / ((truth - truth.mean(0)) ** 2).sum()
    found["skill_difference"] = found["forward_skill"] - found["backward_skill"]
    return found

def figures(case):
    name, components, ctx = (case.split(":") + ["64", "5"])[:3] if ":" not in case else case.split(":")
    data = load(name)
    found = asymmetry(*data, int(components)) | skill(*data, int(ctx))
    return {key: value if isinstance(value, (int, str)) else float(value) for key, value in found.items()}

def main(words):
    if words == ["--fixture"]:
        with open(os.path.join(HERE, "arrow.json"), "w") as file:
            json.dump({case: figures(case) for case in CASES}, file, indent=1)
            file.write("\n")
    else:
        print(json.dumps({case: figures(case) for case in words or CASES}))

if __name__ == "__main__":
    main(sys.argv[1:])
