# What NumPy writes is read, and what npz-write writes NumPy loads: the same bits both ways, whatever the arrays are called.
. "$here/lib.sh"
needs_numpy

python3 - "$data/wiki_small_f16.npz" <<'P' || fail "NumPy makes its files"
import sys
import numpy as np

class Pipe:
    """A file that cannot seek, as standard output is: sizes then follow the data."""

    def __init__(self, file):
        self.write, self.flush, self.read = file.write, file.flush, None


file = np.load(sys.argv[1])
vectors, articles, chunks = file["vectors"].astype(np.float32), file["article_indices"], file["chunk_indices"]
order = np.random.default_rng(3).permutation(len(vectors))
np.savez("plain.npz", vectors=vectors, article_indices=articles, chunk_indices=chunks)
np.savez_compressed("shuffled.npz", embeddings=vectors[order], article_ids=articles[order], seq_idx=chunks[order])
np.savez("fortran.npz", X=np.asfortranarray(vectors.astype(">f8")), article_indices=articles.astype(">i8"))
np.savez("names.npz", vectors=vectors, article_ids=np.array([f"article {a:03}" for a in articles]))
np.savez(Pipe(open("piped.npz", "wb")), vectors=vectors, article_indices=articles)

contexts, targets, metadata = [], [], []
for start in range(len(vectors) - 6):
    target = start + 6  # context 5, offset 2: the seed's P6 windows
    if articles[start] == articles[target]:
        contexts.append(vectors[start : start + 5])
        targets.append(vectors[target])
        metadata.append({"article_index": int(articles[target]), "target_chunk_index": int(chunks[target])})
np.savez("seed.npz", train_context_sequences=contexts, train_target_vectors=targets,
         metadata=np.array(metadata, dtype=object), p6_offset=1)
P

# The same rows, under whatever names, types and orders they were saved.
npz-read plain.npz >plain.nvs || fail "plain.npz is read"
for file in shuffled fortran piped; do
  try "npz-read $file.npz | stream-diff - plain.nvs | jq .equal"
  assert_status 0
  assert_equal "$(cat "$tmp/out")" true
done
try "cat piped.npz | npz-read | stream-diff - plain.nvs | jq .equal"
assert_equal "$(cat "$tmp/out")" true
# Articles that have names are other articles than numbered ones, with the same chunks.
try "npz-read names.npz | npz-write back.npz"
assert_status 0
python3 -c 'import numpy as np
a, b = np.load("names.npz"), np.load("back.npz")
for name in set(a["article_ids"]) | set(b["article_indices"]):
    assert a["vectors"][a["article_ids"] == name].tobytes() == b["vectors"][b["article_indices"] == name].tobytes() != b""' ||
  fail "the same vectors and names"
held

# The seed's windows are those that seq-build makes.
npz-read seed.npz >seed.nvs || fail "seed.npz is read"
seq-build --ctx 5 --offset 2 <plain.nvs >built.nvs || fail "windows are built"
for figure in windows articles offset coherence temporal_signal position_similarity; do
  assert_equal "$(direction-diagnose --no-gate seed.nvs | jq -c .$figure)" "$(direction-diagnose --no-gate built.nvs | jq -c .$figure)"
done

# And back: NumPy loads what npz-write writes, bit for bit, and npz-read reads it as the stream it was.
seq-build --ctx 3 --offset 2 --negatives 2 --futures 1 <plain.nvs >windows.nvs || fail "windows are built"
for compress in '' --compress; do
  npz-write chunks.npz $compress <plain.nvs || fail "npz-write chunks $compress"
  npz-write windows.npz $compress <windows.nvs || fail "npz-write windows $compress"
  python3 - "$data/wiki_small_f16.npz" <<'P' || fail "NumPy loads the same bits"
import sys
import numpy as np

file, written = np.load(sys.argv[1]), np.load("chunks.npz")
vectors, articles, chunks = file["vectors"].astype(np.float32), file["article_indices"], file["chunk_indices"]
assert written["vectors"].dtype == np.float32 and np.array_equal(written["vectors"], vectors)
assert written["article_indices"].dtype == np.int64 and np.array_equal(written["article_indices"], articles)
assert np.array_equal(written["chunk_indices"], chunks)

windows = dict(np.load("windows.npz"))
row = {(a, c): v for a, c, v in zip(articles.tolist(), chunks.tolist(), vectors)}
keys = list(zip(windows["article_ids"].tolist(), windows["target_indices"].tolist()))
assert len(keys) == len(set(keys)) == len(windows["contexts"]) > 1000 and windows["target_offset"] == 2
for n, (article, target) in enumerate(keys):
    for slot in range(3):
        assert np.array_equal(windows["contexts"][n, slot], row[article, target - 4 + slot])
    assert np.array_equal(windows["targets"][n], row[article, target])
    assert np.array_equal(windows["previous"][n], row[article, target - 1])
    assert np.array_equal(windows["futures"][n, 0], row[article, target + 1])
    for slot, chunk in enumerate(windows["negative_indices"][n].tolist()):
        assert not target - 4 <= chunk <= target + 1, "a negative of the window's own chunks"
        assert np.array_equal(windows["negatives"][n, slot], row[article, chunk])
P
  held 2
  try 'npz-read chunks.npz | stream-diff - plain.nvs | jq .equal'
  assert_equal "$(cat "$tmp/out")" true
  assert_equal "$(npz-read windows.npz | stream-info | jq -r .window_digest)" "$(stream-info windows.nvs | jq -r .window_digest)"
done
finish
