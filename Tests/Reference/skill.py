#!/usr/bin/env python3
"""The skill of the nearest-window predictor beside copy-last and context-mean, from its definition, in plain NumPy and double precision.

    python3 skill.py FILE.npz CTX NEIGHBOURS        prints JSON: figure -> value, best_baseline, best_baseline_value, difference, ci95

The windows of even articles are searched, those of odd articles are predicted. Nothing here knows of streams or the tools' code.
"""
import json, sys
import numpy as np
from diagnosis import load, windows_of
from evaluation import chunk_rows, resampled95, unit

def main(path, ctx, neighbours):
    stored, keys, row_of = load(path)
    with np.load(path) as arrays:
        raw = arrays["vectors"].astype(np.float64)
    articles, first, rows = windows_of(keys, row_of, ctx, 1)
    searched, mine = articles % 2 == 0, articles % 2 == 1
    contexts, targets = raw[rows[:, :ctx]].reshape(len(rows), -1), raw[rows[:, ctx]]
    distance = np.stack([((contexts[searched] - context) ** 2).sum(1) for context in contexts[mine]])
    nearest = targets[searched][np.argsort(distance, 1, kind="stable")[:, :neighbours]].mean(1)
    predictions = {"copy-last": raw[rows[mine, ctx - 1]], "context-mean": raw[rows[mine, :ctx]].mean(1), "nearest": nearest}
    articles, chunks, rows = articles[mine], first[mine] + ctx, rows[mine]
    around = np.stack([chunk_rows(articles, chunks + k, row_of) for k in range(-4, 3)], 1)
    inside = (around >= 0).all(1)
    of_article = np.array([article for article, _ in keys])

    def recall(predicted, limit, exclude):
        found = []
        for p, article, row in zip(predicted, articles, rows):
            candidates = [c for c in np.flatnonzero(of_article == article) if not (exclude and c in row[:ctx])]
            scores = stored[candidates] @ p
            found.append((scores > stored[row[ctx]] @ p + 1e-12).sum() < limit)
        return np.array(found, float)

    def columns(predicted):
        """figure -> (values of windows, articles, statistic of their means)"""
        predicted = unit(predicted)
        cosine = np.einsum("ij,ij->i", predicted, stored[rows[:, ctx]])
        sweep = np.stack([np.einsum("ij,ij->i", predicted[inside], stored[around[inside, k]]) for k in range(7)], 1)
        mean = lambda means: means[0]
        return {
            "cosine": (cosine[:, None], articles, mean),
            "margin": (sweep, articles[inside], lambda means: means[4] - max(np.delete(means, 4))),
            "r_at_5": (recall(predicted, 5, False)[:, None], articles, mean),
            "r_at_5_without_context": (recall(predicted, 5, True)[:, None], articles, mean),
        }

    all_columns = {name: columns(predicted) for name, predicted in predictions.items()}
    result = {}
    for figure in all_columns["nearest"]:
        values, names, statistic = all_columns["nearest"][figure]
        value = {name: float(of[figure][2](of[figure][0].mean(0))) for name, of in all_columns.items()}
        best = max(["copy-last", "context-mean"], key=value.get)
        both, width = np.concatenate([values, all_columns[best][figure][0]], 1), values.shape[1]
        difference = lambda means: statistic(means[:width]) - statistic(means[width:])
        result[figure] = {
            "value": value["nearest"], "best_baseline": best, "best_baseline_value": value[best],
            "difference": value["nearest"] - value[best], "ci95": resampled95(both, names, difference),
        }
    json.dump(result, sys.stdout, indent=1, sort_keys=True)

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
