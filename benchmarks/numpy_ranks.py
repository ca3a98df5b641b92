"""The ranks of `retrieval-rank --scope all` in NumPy: what the tool is held against.

    python3 numpy_ranks.py CHUNKS.npz PREDICTIONS.npz       prints seconds and the figures as JSON

Cosines with all chunks come from one product for 256 predictions. `seconds` is computing alone, the arrays being in
memory; `with_reading` counts numpy.load too.
"""
import json
import sys
import time

import numpy as np

BATCH = 256


def unit(vectors):
    return vectors / np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]


def ranks(chunks, predictions, places):
    """`places`: the row of each prediction's target."""
    chunks, predictions = unit(chunks), unit(predictions)
    result = np.empty(len(predictions), np.int64)
    cosines = np.empty((BATCH, len(chunks)), np.float32)
    closer = np.empty(cosines.shape, bool)
    for start in range(0, len(predictions), BATCH):
        part = slice(start, min(start + BATCH, len(predictions)))
        rows = part.stop - start
        np.matmul(predictions[part], chunks.T, out=cosines[:rows])
        own = cosines[np.arange(rows), places[part]]
        np.greater(cosines[:rows], own[:, None], out=closer[:rows])
        result[part] = 1 + np.count_nonzero(closer[:rows], axis=1)
    return result


def main():
    begin = time.perf_counter()
    chunks, predictions = np.load(sys.argv[1]), np.load(sys.argv[2])
    vectors, asked = chunks["vectors"], predictions["predictions"]
    # Every article is as long here, and all begin at chunk 0.
    length = int(chunks["chunk_indices"].max()) + 1
    places = predictions["article_ids"] * length + predictions["target_indices"]
    start = time.perf_counter()
    found = ranks(vectors, asked, places)
    end = time.perf_counter()
    print(json.dumps({
        "seconds": end - start, "with_reading": end - begin, "r_at_1": float((found == 1).mean()),
        "r_at_5": float((found <= 5).mean()), "mrr": float((1 / found).mean()), "mean_rank": float(found.mean())}))


if __name__ == "__main__":
    main()
