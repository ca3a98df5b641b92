# The reader and writer in Python, made from the format's page alone, agree with the tools in both directions.
. "$here/lib.sh"
needs_numpy
twin=$root/examples/python/stream_tool.py
small=$data/wiki_small_f16.npz
export twin small
whole=$(npz-read "$small" | seq-build --ctx 5 --offset 2 | digests)

try 'npz-read "$small" | python3 "$twin" copy | seq-build --ctx 5 --offset 2 | python3 "$twin" copy | stream-info'
assert_status 0
assert_no_errors
assert_equal "$(digests_of_info <out)" "$whole"
try 'npz-read "$small" | seq-build --ctx 5 | python3 "$twin" copy | narrative-delta'
assert_status 1
mv out through-python.json
npz-read "$small" | seq-build --ctx 5 | narrative-delta >right.json
assert_same_figures right.json through-python.json 0
# Negated twice is the same; negated once is not.
try 'npz-read "$small" | python3 "$twin" negate | stream-cat | python3 "$twin" negate | seq-build --ctx 5 --offset 2 | stream-info'
assert_equal "$(digests_of_info <out)" "$whole"
try 'npz-read "$small" | python3 "$twin" negate | seq-build --ctx 5 --offset 2 | stream-info'
assert_status 0
[ "$(digests_of_info <out)" != "$whole" ] || fail "negated vectors have another digest"
# Several members, weights, negatives.
for part in 20-29 0-9 10-19; do npz-read "$small" --only $part; done >shuffled.nvs
seq-build --ctx 3 <shuffled.nvs >two-members.nvs
for file in shuffled two-members; do
  try "python3 \"\$twin\" check <$file.nvs"
  assert_status 0
done
for part in 0-9 10-19 20-29; do npz-read "$small" --only $part; done >members.nvs
# One writer's members, cut between them.
first=$(grep -abo 'NVSEND' two-members.nvs | head -n 1 | cut -d: -f1)
first=$((first + 64 + $(od -An -tu8 -j $((first + 24)) -N 8 two-members.nvs)))
[ "$first" -lt "$(wc -c <two-members.nvs)" ] || fail "two members"
try "head -c $first two-members.nvs | python3 \"\$twin\" check"
assert_status 65
try 'seq-build --ctx 3 --negatives 2 --futures 1 <members.nvs | tee windows.nvs | python3 "$twin" copy | stream-info'
assert_status 0
assert_equal "$(digests_of_info <out)" "$(digests windows.nvs)"
# A failure crosses the languages, first origin and all.
try 'npz-read missing.npz | python3 "$twin" copy | seq-build | python3 "$twin" negate | narrative-delta'
assert_status 65
assert_no_output
grep -q '^narrative-delta: error: upstream npz-read failed (66): missing.npz' err || fail "the first origin"
try 'npz-read "$small" | head -c 700000 | python3 "$twin" copy | seq-build | narrative-delta'
assert_status 65
assert_no_output
try 'npz-read "$small" | seq-build | head -c 700000 | python3 "$twin" check'
assert_status 65
finish
