# Killed processes and failing helper programs in examples/sweep-by-length.sh: no exit status 0 and no report that is not whole.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 20 --chunks 9 --dim 8 --quiet | npz-write c.npz
CTX=3
export CTX
scenario() { timeout 60 "$repo/examples/.sweep-by-length.sh" copy-last "$tmp/c.npz" thirds.jsonl; }
undisturbed
assert_equal "$expected" 0
each_of $(each_killed before after) $(each_killed output output tools) $(each_killed parent parent) $(each_helper_fails)
finish
