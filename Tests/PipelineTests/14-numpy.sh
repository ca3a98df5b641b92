# Every figure of direction-diagnose and narrative-delta is the one that plain NumPy finds by their definitions (Tests/Reference/diagnosis.py).
. "$here/lib.sh"
fixture=$root/Tests/Reference/diagnosis.json

# compare FIXTURE: each case and tool of it against the binaries.
compare() {
  jq -r 'to_entries[] | .key as $case | .value | keys[] | "\($case):\(.)"' "$1" >cases
  [ -s cases ] || fail "the reference has cases"
  while IFS=: read -r file ctx offset tool; do
    jq --arg case "$file:$ctx:$offset" --arg tool "$tool" '.[$case][$tool]' "$1" >expected
    try "npz-read '$data/$file' | seq-build --quiet --ctx $ctx --offset $offset | $tool"
    expected_status=$(jq 'if .decision then (if .decision == "abandon" then 1 else 0 end) elif .pass then 0 else 1 end' expected)
    assert_status "$expected_status"
    assert_no_errors
    assert_same_figures expected out 1e-6
  done <cases
}
compare "$fixture"
assert_lines 12 cases

# The comparison itself can fail.
jq '.["wiki_small_f16.npz:5:1"]["direction-diagnose"] | .position_similarity[2] += 2e-6' "$fixture" >off
npz-read "$data/wiki_small_f16.npz" | seq-build --ctx 5 --offset 1 | direction-diagnose >right || true
[ -n "$(jq -n -r --slurpfile a off --slurpfile b right --argjson tolerance 1e-6 -f "$here/same-figures.jq")" ] || fail "a difference of 2e-6 is found"
held

# Windows that each tool must refuse.
try "npz-read '$data/wiki_small_f16.npz' | seq-build --ctx 5 --offset 2 | narrative-delta"
assert_status 65
assert_no_output
try "npz-read '$data/wiki_small_f16.npz' | seq-build --ctx 1 | narrative-delta"
assert_status 65
assert_no_output

# Where NumPy is at hand, on data with gaps in articles, rows out of order, and zero vectors too.
if python3 -c 'import numpy' 2>/dev/null; then
  python3 "$root/Tests/Reference/diagnosis.py" >live.json || fail "the reference runs"
  assert_same_figures "$fixture" live.json 1e-9
  python3 - "$data/wiki_small_f16.npz" <<'P' || fail "an .npz with holes"
import sys
import numpy as np
z = np.load(sys.argv[1])
draw = np.random.default_rng(3)
keep = draw.permutation(len(z["vectors"]))[: int(0.97 * len(z["vectors"]))]
vectors = z["vectors"][keep].astype(np.float32) * draw.uniform(0.1, 10, (len(keep), 1)).astype(np.float32)
vectors[:7] = 0
np.savez("holes.npz", vectors=vectors, article_indices=z["article_indices"][keep] * 1000, chunk_indices=z["chunk_indices"][keep] + 5)
P
  mkdir -p Tests/Reference
  cp "$root/Tests/Reference/diagnosis.py" Tests/Reference/
  mkdir -p examples/data
  mv holes.npz examples/data/
  python3 Tests/Reference/diagnosis.py holes.npz:5:1 holes.npz:4:3 holes.npz:2:2 holes.npz:2:1 >holes.json || fail "the reference runs"
  data=$tmp/examples/data
  compare holes.json
else
  echo "no NumPy here: held against the committed figures alone"
fi
finish
