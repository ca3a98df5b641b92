#!/usr/bin/env python3
"""The figures of offset-sweep, retrieval-rank and rollout-eval, from their definitions alone, in plain NumPy and double precision, for a
predictor that anyone can write down: the unit vector of (last + the one before it / 2), slid into the context at each further step.

    python3 evaluation.py [FILE.npz:CTX:OFFSET:HORIZON ...]                 prints a JSON object: case -> tool and flags -> figures
    python3 evaluation.py --fixture                                         writes evaluation.json beside this file, for examples/data
    python3 evaluation.py --predictions OUT.nvs FILE.npz:CTX:OFFSET:HORIZON [shuffled]     writes those predictions as a stream

Nothing here knows of frames or the tools' code: a prediction is a row, its window a list of rows of the array.
"""
import json, os, sys
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "python"))
from diagnosis import DATA, HERE, bootstrap95, load, windows_of

CASES = ["wiki_small_f16.npz:5:1:5", "wiki_small_f16.npz:3:2:3", "wiki_example_f16.npz:5:1:5"]
RESAMPLES = 2000

def unit(vectors):
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)

def predictions(case):
    """(articles, target chunks, predictions (windows, horizon, dim) of float32), and what the array holds. The file is looked for here
    first, then in examples/data."""
    name, ctx, offset, horizon = case.rsplit(":", 3)
    ctx, offset, horizon = int(ctx), int(offset), int(horizon)
    path = name if os.path.exists(name) else os.path.join(DATA, name)
    rows_unit, keys, row_of = load(path)
    with np.load(path) as arrays:
        raw = arrays["vectors"].astype(np.float64)
    articles, first, rows = windows_of(keys, row_of, ctx, offset)
    before, last = raw[rows[:, ctx - 2]], raw[rows[:, ctx - 1]]
    steps = []
    for _ in range(horizon):
        before, last = last, unit(last + before / 2)
        steps.append(last.astype(np.float32))
    return articles, first + ctx + offset - 1, np.stack(steps, 1), (rows_unit, keys, row_of)

def chunk_rows(articles, chunks, row_of):
    """The row of each chunk, −1 where the article has no such chunk."""
    return np.array([row_of.get((int(a), int(c)), -1) for a, c in zip(articles, chunks)])

def cosines(predicted, rows, stored):
    return np.einsum("ij,ij->i", unit(predicted.astype(np.float64)), stored[rows])

def resampled95(values, articles, statistic):
    """As bootstrap95, of a function of the resampled means of several columns."""
    names, which = np.unique(articles, return_inverse=True)
    sums = np.stack([np.bincount(which, column) for column in values.T], 1)
    counts = np.bincount(which)
    drawn = np.random.default_rng(1).integers(0, len(names), (RESAMPLES, len(names)))
    means = np.array([sums[draw].sum(0) / counts[draw].sum() for draw in drawn])
    return np.percentile([statistic(row) for row in means], [2.5, 97.5]).tolist()

def zeros(predicted, rows, stored):
    return int((~predicted.any(-1)).sum() + (~stored[np.unique(rows[rows >= 0])].any(-1)).sum())

def offset_sweep(case_data, origin, low=-3, high=3):
    articles, targets, steps, (stored, _, row_of) = case_data
    at_target = 1 if origin == "last-context" else 0
    ks = list(range(low, high + 1))
    rows = np.stack([chunk_rows(articles, targets + k - at_target, row_of) for k in ks], 1)
    inside = (rows >= 0).all(1)
    values = np.stack([cosines(steps[inside, 0], rows[inside, i], stored) for i in range(len(ks))], 1)
    place = ks.index(at_target)
    margin = lambda means: means[place] - max(np.delete(means, place))
    means = values.mean(0)
    intervals = {str(k): bootstrap95(values[:, i], articles[inside]) for i, k in enumerate(ks)}
    return {
        "windows": int(inside.sum()), "articles": len(np.unique(articles[inside])), "origin": origin,
        "skipped": {"outside_article": int((~inside).sum())}, "offsets": {str(k): float(m) for k, m in zip(ks, means)},
        "mean_cos": float(means[place]), "margin": float(margin(means)),
        "ci95": {"margin": resampled95(values, articles[inside], margin), "mean_cos": intervals[str(at_target)],
                 "offsets": intervals},
        "zero_vectors": zeros(steps[:, 0], rows[inside], stored), "model": None,
    }

def rank_figures(ranks, counts, articles):
    columns = {"r_at_1": (ranks == 1).astype(float), "r_at_5": (ranks <= 5).astype(float), "mrr": 1 / ranks}
    return {
        **{name: float(column.mean()) for name, column in columns.items()},
        "mean_rank": float(ranks.mean()), "median_rank": float(np.median(ranks)),
        "chance": {"r_at_1": float((1 / counts).mean()), "r_at_5": float(np.minimum(1, 5 / counts).mean())},
        "ci95": {name: bootstrap95(column, articles) for name, column in columns.items()},
    }

def retrieval_rank(case_data, scope, least=6, excluded=None):
    """excluded: (ctx, offset) of the windows whose context chunks are no candidates in `without_context`."""
    articles, targets, steps, (stored, keys, row_of) = case_data
    of_article = np.array([article for article, _ in keys])
    target_rows = chunk_rows(articles, targets, row_of)
    predicted = unit(steps[:, 0].astype(np.float64))
    ranks, counts = np.zeros(len(articles), int), np.zeros(len(articles), int)
    fewer_ranks, fewer_counts = ranks.copy(), counts.copy()
    everything = np.arange(len(keys))
    used = set()
    for article in np.unique(articles):
        mine = np.flatnonzero(articles == article)
        size = int((of_article == article).sum())
        if size < least:
            continue
        candidates = everything if scope == "all" else np.flatnonzero(of_article == article)
        used.update(candidates.tolist())
        scores = predicted[mine] @ stored[candidates].T
        place_of = {row: place for place, row in enumerate(candidates.tolist())}
        own = scores[np.arange(len(mine)), [place_of[row] for row in target_rows[mine].tolist()]]
        # Rows that hold the same vector score the same by definition, whatever the product rounds to.
        ranks[mine] = 1 + (scores > own[:, None] + 1e-12).sum(1)
        counts[mine] = len(candidates)
        if excluded:
            ctx, offset = excluded
            for row, window in enumerate(mine):
                context = [row_of.get((int(article), int(targets[window]) - offset - slot)) for slot in range(ctx)]
                others = ~np.isin(candidates, [chunk for chunk in context if chunk is not None])
                fewer_ranks[window] = 1 + (scores[row, others] > own[row] + 1e-12).sum()
                fewer_counts[window] = others.sum()
    kept = ranks > 0
    a = articles[kept]
    found = {
        "windows": int(kept.sum()), "articles": len(np.unique(a)), "scope": scope, "skipped": {"short_article": int((~kept).sum())},
        **rank_figures(ranks[kept], counts[kept], a),
        "zero_vectors": zeros(steps[:, 0], np.array(sorted(used)), stored), "model": None,
    }
    return found | ({"without_context": rank_figures(fewer_ranks[kept], fewer_counts[kept], a)} if excluded else {})

def rollout_eval(case_data, origin, horizon=None):
    articles, targets, steps, (stored, _, row_of) = case_data
    horizon = horizon or steps.shape[1]
    ahead = 0 if origin == "last-context" else 1
    rows = np.stack([chunk_rows(articles, targets + h + ahead, row_of) for h in range(horizon)], 1)
    inside = (rows >= 0).all(1)
    values = np.stack([cosines(steps[inside, h], rows[inside, h], stored) for h in range(horizon)], 1)
    return {
        "windows": int(inside.sum()), "articles": len(np.unique(articles[inside])), "origin": origin,
        "skipped": {"outside_article": int((~inside).sum())}, "horizon": horizon, "per_step": values.mean(0).tolist(),
        "mean_cos": float(values.mean()),
        "ci95": {"mean_cos": bootstrap95(values.mean(1), articles[inside]),
                 "per_step": [bootstrap95(values[:, h], articles[inside]) for h in range(horizon)]},
        "zero_vectors": zeros(steps[:, :horizon], rows[np.logical_and.accumulate(rows >= 0, 1)], stored), "model": None,
    }

def reference(cases):
    result = {}
    for case in cases:
        found = predictions(case)
        ctx, offset = map(int, case.rsplit(":", 3)[1:3])
        shape = f"--exclude-context --ctx {ctx} --offset {offset}"
        result[case] = {
            "offset-sweep": offset_sweep(found, "last-context"),
            "offset-sweep --origin target --offsets -2:1": offset_sweep(found, "target", -2, 1),
            "retrieval-rank": retrieval_rank(found, "article"),
            "retrieval-rank --scope all --min-article 20": retrieval_rank(found, "all", 20),
            f"retrieval-rank {shape}": retrieval_rank(found, "article", excluded=(ctx, offset)),
            f"retrieval-rank {shape} --scope all": retrieval_rank(found, "all", excluded=(ctx, offset)),
            "rollout-eval": rollout_eval(found, "last-context"),
            "rollout-eval --origin target --horizon 2": rollout_eval(found, "target", 2),
        }
    return result

def write_predictions(path, case, shuffled):
    from vector_stream import Frame, Writer, stage
    articles, targets, steps, _ = predictions(case)
    horizon = steps.shape[1]
    order = np.random.default_rng(2).permutation(len(articles)) if shuffled else np.arange(len(articles))
    with open(path, "wb") as file:
        writer = Writer(file)
        header = {"kind": "predictions", "dim": steps.shape[2], "ordered": False, "provenance": []}
        writer.begin(stage(header, "evaluation.py", [case]))
        for part in np.array_split(order, max(1, len(order) // 100)):
            rows = len(part) * horizon
            writer.write(Frame(
                steps[part].reshape(rows, -1), np.repeat(articles[part], horizon).astype(np.uint64),
                (targets[part][:, None] + np.arange(horizon)).reshape(rows).astype(np.uint32),
                np.tile(np.arange(1, horizon + 1), len(part)).astype(np.uint32)))
        writer.end()

def main(arguments):
    if arguments == ["--fixture"]:
        with open(os.path.join(HERE, "evaluation.json"), "w") as file:
            json.dump(reference(CASES), file, indent=1, sort_keys=True)
            file.write("\n")
    elif arguments and arguments[0] == "--predictions":
        write_predictions(arguments[1], arguments[2], arguments[3:] == ["shuffled"])
    else:
        json.dump(reference(arguments or CASES), sys.stdout, sort_keys=True)
        print()

if __name__ == "__main__":
    main(sys.argv[1:])
