# Killed processes and failing helper programs in examples/shards.sh: no exit status 0, no success line, no merged windows that are not whole.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 20 --chunks 9 --dim 8 --quiet | npz-write c.npz
CTX=3 SHARDS=2 JOBS=1 MODEL=context-mean
export CTX SHARDS JOBS MODEL
scenario() { timeout 60 "$repo/examples/.shards.sh" "$tmp/c.npz" merged.nvs; }
undisturbed
assert_equal "$expected" 0
each_of $(each_killed before after) $(each_killed output output tools) $(each_killed parent parent) $(each_helper_fails)
finish
