# Every figure of offset-sweep, retrieval-rank and rollout-eval is the one that plain NumPy finds by their definitions
# (Tests/Reference/evaluation.py), on real data and on data with gaps, zero vectors and rows out of order.
. "$here/lib.sh"
reference=$root/Tests/Reference/evaluation.py

# compare CASES FIGURES: each tool of each case, for predictions in the order of windows and in another.
compare() {
  for case in $1; do
    file=${case%%:*}
    [ -e "$file" ] || file=$data/$file
    python3 "$reference" --predictions windows.nvs "$case" || fail "the reference writes predictions"
    python3 "$reference" --predictions shuffled.nvs "$case" shuffled || fail "the reference writes predictions"
    npz-read "$file" >chunks.nvs
    jq -r --arg case "$case" '.[$case] | keys[]' "$2" >lines
    assert_lines 8 lines
    while read -r line; do
      jq --arg case "$case" --arg line "$line" '.[$case][$line]' "$2" >expected
      for order in windows shuffled; do
        try "$line --articles '$file' <$order.nvs"
        assert_status 0
        assert_no_errors
        assert_same_figures expected out 1e-6
        mv out archive
        try "$line --articles chunks.nvs <$order.nvs"
        assert_equal_files out archive
      done
    done <lines
  done
}

# Without NumPy, Tests/ToolTests holds the tools against the committed figures.
needs_numpy

cases="wiki_small_f16.npz:5:1:5 wiki_small_f16.npz:3:2:3"
python3 "$reference" $cases >live.json || fail "the reference runs"
jq '{"wiki_small_f16.npz:5:1:5", "wiki_small_f16.npz:3:2:3"}' "$root/Tests/Reference/evaluation.json" >committed.json
assert_same_figures committed.json live.json 1e-9
compare "$cases" live.json

python3 - "$data/wiki_small_f16.npz" <<'P' || fail "an .npz with holes"
import sys
import numpy as np
z = np.load(sys.argv[1])
draw = np.random.default_rng(3)
keep = draw.permutation(len(z["vectors"]))[: int(0.97 * len(z["vectors"]))]
vectors = z["vectors"][keep].astype(np.float64) * draw.uniform(0.1, 10, (len(keep), 1))
vectors[:40] = 0
np.savez("holes.npz", vectors=vectors.astype(np.float32), article_indices=z["article_indices"][keep] * 1000, chunk_indices=z["chunk_indices"][keep] + 5)
P
python3 "$reference" holes.npz:4:1:3 >holes.json || fail "the reference runs"
[ "$(jq '.[]["offset-sweep"].zero_vectors' holes.json)" -gt 10 ] || fail "the data have zero vectors"
compare holes.npz:4:1:3 holes.json
finish
