#!/usr/bin/env python3
"""The figures of ablation-eval and bins-eval, from their definitions alone, in plain NumPy and double precision, for the predictor of evaluation.py:
the unit vector of (last + the one before it / 2) of a context that was damaged in some way.

    python3 ablation.py FOLDER FILE.npz:CTX:OFFSET     writes the predictions as FOLDER/base.nvs and FOLDER/MODE.nvs, and the figures as
                                                       FOLDER/ablation-eval.json and FOLDER/bins-eval.json
"""
import json, os, sys
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "python"))
from diagnosis import DATA, bootstrap95, load, windows_of
from evaluation import cosines, unit, zeros
from vector_stream import Frame, Writer, stage

def damaged(mode, slots, rows, articles, random):
    """The rows that fill the context: (windows, ctx) of row numbers."""
    if mode == "base":
        return slots
    if mode == "reverse":
        return slots[:, ::-1]
    if mode == "repeat-last":
        return np.repeat(slots[:, -1:], slots.shape[1], 1)
    if mode == "shuffle":
        return random.permuted(slots, axis=1)
    if mode == "cross-article":
        strangers = [random.choice(np.flatnonzero(articles != articles[window])) for window in range(len(slots))]
        return np.concatenate([slots[:, :-1], slots[strangers, -1:]], 1)
    left = [slot for slot in range(slots.shape[1]) if slot != int(mode.removeprefix("drop-one:"))]
    return slots[:, left + left[-1:]]

def write(path, articles, targets, predicted, header):
    with open(path, "wb") as file:
        writer = Writer(file)
        writer.begin(stage({"kind": "predictions", "dim": predicted.shape[1], "ordered": False, "provenance": [], **header}, "ablation.py", []))
        # Cut elsewhere for every stream, and with a second step that no figure may touch.
        for part in np.array_split(np.arange(len(articles)), 3 + len(os.path.basename(path))):
            writer.write(Frame(
                np.stack([predicted[part], -predicted[part]], 1).reshape(2 * len(part), -1), np.repeat(articles[part], 2).astype(np.uint64),
                (targets[part][:, None] + np.arange(2)).reshape(-1).astype(np.uint32), np.tile([1, 2], len(part)).astype(np.uint32)))
        writer.end()

def main(folder, case):
    name, ctx, offset = case.rsplit(":", 2)
    ctx, offset = int(ctx), int(offset)
    path = name if os.path.exists(name) else os.path.join(DATA, name)
    stored, keys, row_of = load(path)
    with np.load(path) as arrays:
        raw = arrays["vectors"].astype(np.float64)
    articles, first, rows = windows_of(keys, row_of, ctx, offset)
    slots, targets = rows[:, :ctx], first + ctx + offset - 1
    target_rows = np.array([row_of[int(a), int(c)] for a, c in zip(articles, targets)])
    random = np.random.default_rng(3)
    modes = ["base", "shuffle", "reverse", *(f"drop-one:{slot}" for slot in range(ctx)), "repeat-last", "cross-article"]
    scores, nothing = {}, 0
    for mode in modes:
        context = damaged(mode, slots, rows, articles, random)
        predicted = unit(raw[context[:, -1]] + raw[context[:, -2]] / 2).astype(np.float32)
        metadata = {"model-predict:context": ctx, "model-predict:offset": offset} if mode == "base" else {}
        write(os.path.join(folder, f"{mode}.nvs"), articles, targets, predicted, {"metadata": metadata})
        scores[mode] = cosines(predicted, target_rows, stored)
        nothing += zeros(predicted, target_rows[:0], stored)
        if mode == "base":
            base_zeros = nothing
    dropped = [mode for mode in modes if mode.startswith("drop-one")]
    columns = {mode: scores[mode] for mode in modes if mode not in dropped and mode != "base"}
    columns["drop-one"] = np.mean([scores[mode] for mode in dropped], 0)
    figures = {
        "windows": len(articles), "articles": len(np.unique(articles)), "base_cos": float(scores["base"].mean()),
        "deltas": {mode: float((column - scores["base"]).mean()) for mode, column in columns.items()},
        "drop_one": {mode.split(":")[1]: float((scores[mode] - scores["base"]).mean()) for mode in dropped},
        "ci95": {"base_cos": bootstrap95(scores["base"], articles),
                 **{mode: bootstrap95(column - scores["base"], articles) for mode, column in columns.items()}},
        "zero_vectors": nothing + zeros(np.ones((1, 1)), target_rows, stored), "model": None,
    }
    with open(os.path.join(folder, "ablation-eval.json"), "w") as file:
        json.dump(figures, file)

    coherence = np.mean([np.einsum("ij,ij->i", stored[slots[:, j]], stored[slots[:, j + 1]]) for j in range(ctx - 1)], 0)
    bins = {"low": coherence < 0.45, "normal": (coherence >= 0.45) & (coherence <= 0.55), "high": coherence > 0.55}
    figures = {
        "windows": len(articles), "skipped": {"missing_context": 0}, "context": ctx, "offset": offset, "bounds": [0.45, 0.55],
        **{name: {"windows": int(inside.sum()), "mean_cos": float(scores["base"][inside].mean()) if inside.any() else None,
                  "ci95": bootstrap95(scores["base"][inside], articles[inside]) if inside.any() else None} for name, inside in bins.items()},
        "zero_vectors": base_zeros + zeros(np.ones((1, 1)), np.concatenate([slots.ravel(), target_rows]), stored), "model": None,
    }
    with open(os.path.join(folder, "bins-eval.json"), "w") as file:
        json.dump(figures, file)

if __name__ == "__main__":
    main(*sys.argv[1:])
