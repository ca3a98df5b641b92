# The reader and writer in Python, made from the format's page alone, agree with the tools in both directions.
. "$here/lib.sh"
needs_numpy
twin=$root/examples/python/vector_stream.py
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
for part in 20-29 0-9 10-19; do npz-read "$small" --only $part; done >members.nvs
try 'python3 "$twin" check <members.nvs'
assert_status 0
try 'seq-build --ctx 3 --negatives 2 --futures 1 <members.nvs | tee windows.nvs | python3 "$twin" copy | stream-info'
assert_status 0
assert_equal "$(digests_of_info <out)" "$(digests windows.nvs)"
# A failure crosses the languages, first culprit and all.
try 'npz-read missing.npz | python3 "$twin" copy | seq-build | python3 "$twin" negate | narrative-delta'
assert_status 65
assert_no_output
grep -q '^narrative-delta: error: upstream npz-read failed (66): missing.npz' err || fail "the first culprit"
try 'npz-read "$small" | head -c 700000 | python3 "$twin" copy | seq-build | narrative-delta'
assert_status 65
assert_no_output
try 'npz-read "$small" | seq-build | head -c 700000 | python3 "$twin" check'
assert_status 65
finish
