# seq-gate passes the windows that NumPy would pass, and drops nothing in silence. seq-ablate changes contexts and nothing else.
. "$here/lib.sh"

npz-read "$data/wiki_small_f16.npz" >chunks.nvs || fail "chunks are read"
seq-build --ctx 5 --offset 2 <chunks.nvs >windows.nvs || fail "windows are built"
windows=$(stream-info windows.nvs | jq .windows)

# kept COMMAND-LINE…: the number of windows that seq-gate passes.
kept() { seq-gate --quiet "$@" windows.nvs | stream-info | jq .windows; }

# All rows pass; what is left out is told and counted.
try "seq-gate windows.nvs | stream-info"
assert_status 0
passed=$(jq .windows out)
{ [ "$passed" -gt 0 ] && [ "$passed" -lt "$windows" ]; } || fail "some windows pass: $passed of $windows"
held
grep -qF "seq-gate: note: $((windows - passed)) of $windows windows are below 0.08 in signal and are left out" err || fail "a note"
assert_equal "$(jq '.counts["seq-gate:weak_windows"]' out)" $((windows - passed))
assert_equal "$(jq -c '[.rows, .row_digest]' out)" "$(stream-info windows.nvs | jq -c '[.rows, .row_digest]')"

# The same windows pass from the stream's text, and the same bytes come of the same input.
for options in '' '--by delta' '--by distinct' '--top 0.3' '--by distinct --top 0.7 --weak-weight 0.5'; do
  seq-gate --quiet $options windows.nvs | digests >whole
  stream-cat windows.nvs | text-write | text-read | seq-gate --quiet $options | digests >again
  assert_equal_files whole again
  seq-gate --quiet $options windows.nvs >a.nvs
  seq-gate --quiet $options <windows.nvs >b.nvs
  assert_equal_files a.nvs b.nvs
done

# The top share, to the window.
for share in 0 0.3 1; do
  assert_equal "$(kept --by distinct --top $share)" "$(jq -n "($windows * $share) | round")"
done

# Down-weighting keeps every window; weights multiply, and a factor of 1 changes nothing.
assert_equal "$(kept --weak-weight 0.25)" "$windows"
assert_equal "$(seq-gate --quiet --weak-weight 1 windows.nvs | digests)" "$(digests windows.nvs)"
seq-gate --quiet --weak-weight 0.5 windows.nvs | seq-gate --quiet --weak-weight 0.5 | digests >twice
seq-gate --quiet --weak-weight 0.25 windows.nvs | digests >once
assert_equal_files twice once
[ "$(cat once)" != "$(digests windows.nvs)" ] || fail "weights change the digest"

# A shuffled order of members keeps its windows.
stream-split windows.nvs --shards 2 --out part || fail "two shards"
ls part* >parts
set -- $(cat parts)
try "cat $2 $1 | seq-gate --quiet --top 0.5 | stream-check && cat $2 $1 | seq-gate --quiet | stream-info"
assert_status 0
assert_equal "$(tail -n 1 out | jq .windows)" "$passed"

# Nothing to gate.
try "seq-build --ctx 500 <chunks.nvs | seq-gate | stream-info"
assert_status 0
grep -qF 'seq-gate: note: the stream has no windows' err || fail "a note of no windows"
assert_equal "$(jq .windows out)" 0
try "seq-gate --min 2 windows.nvs | direction-diagnose"
assert_status 65
assert_one_error 'the stream has no windows'

# Usage, and streams that cannot be gated.
for words in '--min 0.1 --top 0.5' '--by foo' '--top 1.5' '--top nan' '--weak-weight -0.1' '--min x'; do
  try "seq-gate $words windows.nvs"
  assert_status 64
  assert_one_error 'expected'
done
try "seq-gate chunks.nvs | stream-info"
assert_status 65
grep -qF 'expected windows, found chunks' err || fail "chunks are refused"
for by in delta distinct; do
  try "seq-build --ctx 1 <chunks.nvs | seq-gate --by $by -o none.nvs"
  assert_status 65
  assert_one_error 'expected windows of 2 or more context chunks'
  assert_absent none.nvs
done
try "TMPDIR=/nowhere seq-gate --top 0.5 -o none.nvs windows.nvs"
assert_status 73

if python3 -c 'import numpy' 2>/dev/null; then
  python3 - "$data/wiki_small_f16.npz" >expected <<'P' || fail "NumPy counts"
import sys
import numpy as np

file = np.load(sys.argv[1])
v, a, c = file["vectors"].astype(np.float64), file["article_indices"], file["chunk_indices"]
v /= np.linalg.norm(v, axis=1, keepdims=True)
starts = [s for s in range(len(v) - 6) if a[s] == a[s + 6] and c[s + 6] == c[s] + 6]
scores = {"signal": [], "delta": [], "distinct": []}
for s in starts:
    cosines = v[s : s + 5] @ v[s + 6]
    scores["signal"].append(cosines[4] - cosines[0])
    scores["delta"].append(cosines[4] - v[s + 4] @ v[s + 3])
    scores["distinct"].append(cosines[4] - cosines[:4].max())
for name, least in [("signal", 0.08), ("delta", 0.03), ("distinct", 0.0)]:
    print(name, sum(score >= least for score in scores[name]))
P
  while read -r by count; do
    assert_equal "$(kept --by "$by")" "$count" "$by"
  done <expected
fi

# Ablations: rows, targets and the number of windows stay; twice reversed is as before.
rows=$(stream-info windows.nvs | jq -c '[.rows, .row_digest, .windows]')
for mode in shuffle reverse drop-one:0 drop-one:4 repeat-last cross-article; do
  seq-ablate --mode $mode windows.nvs >ablated.nvs || fail "$mode"
  seq-ablate --mode $mode <windows.nvs >again.nvs || fail "$mode again"
  assert_equal_files ablated.nvs again.nvs
  if [ $mode = cross-article ]; then
    assert_equal "$(stream-info ablated.nvs | jq -c '[.ordered, .windows]')" "[false,$windows]"
  else
    assert_equal "$(stream-info ablated.nvs | jq -c '[.rows, .row_digest, .windows]')" "$rows" $mode
  fi
  [ "$(digests ablated.nvs)" != "$(digests windows.nvs)" ] || fail "$mode changes windows"
  held
done
assert_equal "$(seq-ablate --mode reverse windows.nvs | seq-ablate --mode reverse | digests)" "$(digests windows.nvs)"
for mode in shuffle cross-article; do
  seq-ablate --mode $mode windows.nvs | stream-info | jq -r .window_digest >first
  seq-ablate --mode $mode --seed 18 windows.nvs | stream-info | jq -r .window_digest >second
  [ "$(cat first)" != "$(cat second)" ] || fail "another seed, another $mode"
  # The order of the members is no matter, nor is the form the stream took on its way.
  cat $2 $1 | seq-ablate --mode $mode | stream-info | jq -r .window_digest >members
  assert_equal_files first members
  text-write windows.nvs | text-read | seq-ablate --mode $mode | stream-info | jq -r .window_digest >text
  assert_equal_files first text
done

# Weights go along.
seq-gate --quiet --weak-weight 0.5 windows.nvs >weighted.nvs
assert_equal "$(seq-ablate --mode reverse weighted.nvs | seq-ablate --mode reverse | digests)" "$(digests weighted.nvs)"
[ "$(seq-ablate --mode cross-article weighted.nvs | stream-info | jq .window_digest)" != "\"$(cat first)\"" ] || fail "weights of crossed windows"
held

# With the context turned round, temporal order is gone; a stranger at the end resembles the target less.
direction-diagnose --no-gate windows.nvs | jq '.position_similarity[4]' >true.json
seq-ablate --mode reverse windows.nvs | direction-diagnose --no-gate >reversed.json
assert_equal "$(jq '.position_similarity[0]' reversed.json)" "$(cat true.json)"
seq-ablate --mode cross-article windows.nvs | direction-diagnose --no-gate | jq '.position_similarity[4]' >crossed.json
assert_equal "$(jq -n --slurpfile a crossed.json --slurpfile b true.json '$a[0] < $b[0] - 0.1')" true

for words in '' '--mode foo' '--mode drop-one' '--mode drop-one:x' '--mode drop-one:5'; do
  try "seq-ablate $words windows.nvs -o none.nvs"
  assert_status 64
  assert_one_error 'expected'
  assert_absent none.nvs
done
try "seq-ablate --mode reverse -o none.nvs chunks.nvs"
assert_status 65
assert_one_error 'expected windows, found chunks'
try "article-select --only 0 chunks.nvs | seq-build | seq-ablate --mode cross-article -o none.nvs"
assert_status 65
assert_one_error 'two articles'
try "seq-build --ctx 500 <chunks.nvs | seq-ablate --mode cross-article | stream-info"
assert_status 0
finish
