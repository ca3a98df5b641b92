#!/usr/bin/env python3
"""The figures of direction-diagnose and narrative-delta, from their definitions alone, in plain NumPy and double precision.

    python3 diagnosis.py [FILE.npz:CTX:OFFSET ...]    prints a JSON object: "FILE.npz:CTX:OFFSET" -> tool -> figures
    python3 diagnosis.py --fixture                    writes diagnosis.json beside this file, for examples/data

Nothing here knows of streams, frames or the tools' code: a window is a list of rows of the array.
"""
import json, os, sys
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "examples", "data")
CASES = [f"{name}:{ctx}:{offset}" for name in ("wiki_example_f16.npz", "wiki_small_f16.npz")
         for ctx, offset in ((5, 1), (5, 2), (3, 1), (1, 1))]
REACH = 3
RESAMPLES = 5000

def load(path):
    """Unit rows (zero vectors stay zero), and the row of each key."""
    with np.load(path) as arrays:
        vectors = arrays["vectors"].astype(np.float64)
        keys = [(int(a), int(c)) for a, c in zip(arrays["article_indices"], arrays["chunk_indices"])]
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    row_of = {key: row for row, key in enumerate(keys)}
    assert len(row_of) == len(keys), "a key stands twice"
    return unit, keys, row_of

def windows_of(keys, row_of, ctx, offset):
    """(articles, first chunks, rows): every run of ctx + offset chunks that the article has without a gap."""
    span = ctx + offset
    found = [(article, chunk, [row_of.get((article, chunk + j)) for j in range(span)]) for article, chunk in sorted(keys)]
    whole = [window for window in found if None not in window[2]]
    articles, chunks, rows = zip(*whole)
    return np.array(articles), np.array(chunks), np.array(rows)

def cosines(unit, a, b):
    return np.einsum("ij,ij->i", unit[a], unit[b])

def bootstrap95(values, articles):
    """Percentile interval of the mean over windows, whole articles resampled: it depends on the draws a little."""
    names, unit = np.unique(articles, return_inverse=True)
    sums, counts = np.bincount(unit, values), np.bincount(unit)
    drawn = np.random.default_rng(1).integers(0, len(names), (RESAMPLES, len(names)))
    return np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), [2.5, 97.5]).tolist()

def direction_diagnose(unit, keys, row_of, ctx, offset):
    articles, first, rows = windows_of(keys, row_of, ctx, offset)
    context, target, before_target = rows[:, :ctx], rows[:, ctx + offset - 1], rows[:, ctx + offset - 2]
    last = context[:, -1]
    position = np.stack([cosines(unit, context[:, j], target) for j in range(ctx)])
    adjacent = np.stack([cosines(unit, context[:, j], context[:, j + 1]) for j in range(ctx - 1)]) if ctx > 1 else None
    position_similarity = position.mean(1)
    signal = position_similarity[-1] - position_similarity[0]
    order = ctx > 1 and bool((np.diff(position_similarity) > 0).all())     # one chunk has no order
    coherence = None if adjacent is None else float(adjacent.mean())
    forward = float(cosines(unit, last, target).mean())
    backward = float(cosines(unit, last, before_target).mean()) if offset >= 2 else None
    profile = {}
    for k in range(-REACH, REACH + 1):
        pairs = [(row, row_of.get((a, c + ctx - 1 + k))) for row, a, c in zip(last, articles.tolist(), first.tolist())]
        pairs = np.array([pair for pair in pairs if pair[1] is not None])
        profile[str(k)] = float(cosines(unit, pairs[:, 0], pairs[:, 1]).mean()) if len(pairs) else None
    gates = {
        "coherence": {"value": coherence, "minimum": 0.40, "pass": coherence is not None and coherence >= 0.40},
        "temporal_signal": {"value": float(signal), "minimum": 0.08, "pass": bool(signal >= 0.08)},
        "temporal_order": {"value": order, "minimum": True, "pass": order},
    }
    return {
        "windows": len(rows), "articles": len(np.unique(articles)), "context": ctx, "offset": offset, "dim": unit.shape[1],
        "position_similarity": position_similarity.tolist(),
        "adjacent_similarity": [] if adjacent is None else adjacent.mean(1).tolist(),
        "coherence": coherence, "temporal_signal": float(signal), "temporal_order": order,
        "forward": forward, "backward": backward, "delta": None if backward is None else forward - backward,
        "offset_profile": profile, "gates": gates,
        "ci95": {
            "coherence": None if adjacent is None else bootstrap95(adjacent.mean(0), articles),
            "temporal_signal": bootstrap95(position[-1] - position[0], articles),
        },
        "zero_vectors": int((~unit.any(axis=1)).sum()),
        "pass": all(gate["pass"] for gate in gates.values()),
    }

def narrative_delta(unit, keys, row_of, ctx):
    articles, first, rows = windows_of(keys, row_of, ctx, 1)
    following = cosines(unit, rows[:, ctx - 1], rows[:, ctx])
    previous = cosines(unit, rows[:, ctx - 1], rows[:, ctx - 2])
    delta = following - previous
    edges = 0.0
    for article in np.unique(articles):
        mine = np.flatnonzero(articles == article)
        mine = mine[np.argsort(first[mine])]
        edges += following[mine[-1]] - previous[mine[0]]
    mean = float(delta.mean())
    return {
        "windows": len(rows), "articles": len(np.unique(articles)), "mean_delta": mean,
        "quartiles": np.percentile(delta, [25, 50, 75]).tolist(),
        "mean_cos_next": float(following.mean()), "mean_cos_prev": float(previous.mean()),
        "telescoped": float(edges / len(rows)), "ci95": bootstrap95(delta, articles),
        "zero_vectors": int((~unit.any(axis=1)).sum()),
        "decision": "retry" if mean >= 0.15 else "borderline" if mean >= 0.10 else "abandon",
    }

def reference(cases, data=DATA):
    result, loaded = {}, {}
    for case in cases:
        name, ctx, offset = case.rsplit(":", 2)
        ctx, offset = int(ctx), int(offset)
        if name not in loaded:
            loaded[name] = load(os.path.join(data, name))
        result[case] = {"direction-diagnose": direction_diagnose(*loaded[name], ctx, offset)}
        # A single context chunk has no neighbour before it, and the delta is of the next chunk.
        if ctx >= 2 and offset == 1:
            result[case]["narrative-delta"] = narrative_delta(*loaded[name], ctx)
    return result

def main(arguments):
    if arguments == ["--fixture"]:
        with open(os.path.join(HERE, "diagnosis.json"), "w") as file:
            json.dump(reference(CASES), file, indent=1, sort_keys=True)
            file.write("\n")
    else:
        json.dump(reference(arguments or CASES), sys.stdout, sort_keys=True)
        print()

if __name__ == "__main__":
    main(sys.argv[1:])
