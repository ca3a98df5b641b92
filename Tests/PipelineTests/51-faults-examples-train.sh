# Killed processes and failing helper programs in the examples that train: no exit status 0 and no product that is not whole.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 20 --chunks 9 --dim 8 --quiet | npz-write c.npz
CTX=3 EPOCHS=2 ARCH=lstm MODEL='--hidden 8 --layers 1' HORIZON=2 ABLATIONS=shuffle FORCE=1 SPLIT=train=0.5,val=0.25,ood=0.25 CAT=0
export CTX EPOCHS ARCH MODEL HORIZON ABLATIONS FORCE SPLIT CAT
cached train 5cat
cp "$root/pipelines/recipes/p6b-v2.1.json" one.json
cp one.json two.json
scenario() { timeout 60 "$repo/examples/.compare-recipes.sh" "$tmp/c.npz" "$tmp/one.json" "$tmp/two.json" kept; }
undisturbed
assert_equal "$expected" 0
each_of $(each_killed before after) $(each_killed output output) $(each_killed parent parent) $(each_helper_fails)

scenario() {
  timeout 60 make --no-print-directory -f "$repo/examples/gated-training.mk" DATA="$tmp/c.npz" RUN=run RECIPE=p1-baseline ARCH=lstm CTX=3 \
    EPOCHS=2 GATES='--min-coherence 0.1 --min-signal 0.01'
}
undisturbed
assert_equal "$expected" 0
each_of $(each_killed before after) $(each_killed output output) $(each_killed parent parent) $(each_helper_fails)
finish
