"""The data-quality figures of `direction-diagnose`, two ways in NumPy: what the pipeline is held against.

    python3 numpy_diagnosis.py windows|lags|in-place FILE.npz      prints seconds and the figures as JSON

windows  as it is usually written: every window's context copied into an array of N x 5 x D, then cosines
lags     normalise once, multiply the matrix with itself shifted by each lag
in-place the same, overwriting the array it has read: half the memory, and as fast as NumPy gets
The time is that of reading the arrays and computing; Python's and NumPy's own start is not counted.
"""
import json
import resource
import sys
import time

import numpy as np

CONTEXT = 5


def windows(file):
    vectors, articles, chunks = file["vectors"], file["article_indices"], file["chunk_indices"]
    contexts, targets = [], []
    for start in range(len(vectors) - CONTEXT):
        end = start + CONTEXT
        if articles[start] == articles[end] and chunks[end] - chunks[start] == CONTEXT:
            contexts.append(vectors[start:end])
            targets.append(vectors[end])
    contexts, targets = np.array(contexts), np.array(targets)

    def cosine(a, b):
        return (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))

    positions = [float(cosine(contexts[:, j], targets).mean()) for j in range(CONTEXT)]
    adjacent = [float(cosine(contexts[:, j], contexts[:, j + 1]).mean()) for j in range(CONTEXT - 1)]
    return positions, adjacent


def lags(file):
    vectors = file["vectors"]
    return lag_means(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), file)


def in_place(file):
    vectors = file["vectors"]
    vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return lag_means(vectors, file)


def lag_means(vectors, file):
    articles, chunks = file["article_indices"], file["chunk_indices"]
    whole = (articles[:-CONTEXT] == articles[CONTEXT:]) & (chunks[CONTEXT:] - chunks[:-CONTEXT] == CONTEXT)
    starts = np.flatnonzero(whole)
    cosines = {k: np.einsum("ij,ij->i", vectors[:-k], vectors[k:]) for k in range(1, CONTEXT + 1)}
    positions = [float(cosines[CONTEXT - j][starts + j].mean()) for j in range(CONTEXT)]
    adjacent = [float(cosines[1][starts + j].mean()) for j in range(CONTEXT - 1)]
    return positions, adjacent


if __name__ == "__main__":
    file = np.load(sys.argv[2])
    start = time.perf_counter()
    positions, adjacent = {"windows": windows, "lags": lags, "in-place": in_place}[sys.argv[1]](file)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "position_similarity": positions, "adjacent": adjacent}))
