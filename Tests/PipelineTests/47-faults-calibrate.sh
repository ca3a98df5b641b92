# Killed processes and failing helper programs in calibrate and diagnose: no exit status 0 and no report.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 8 --chunks 9 --dim 8 --quiet -o c.nvs
article-select --only 0-3 c.nvs --quiet | seq-build --ctx 3 --quiet >val.nvs
article-select --only 4-7 c.nvs --quiet | seq-build --ctx 3 --quiet >ood.nvs
ABLATIONS='shuffle reverse' HORIZON=2
export ABLATIONS HORIZON
ridge-fit --quiet --out ridge.safetensors <val.nvs >ridge.json
calibrate() { timeout 60 "$repo/pipelines/.calibrate" "$tmp/val.nvs" "$tmp/ood.nvs" "$tmp/c.nvs" "$@"; }
scenario() { calibrate --ridge "$tmp/ridge.safetensors"; }
# As a whole: what happens inside 5cat reaches the caller.
undisturbed
assert_lines 50 whole/out
each_of model-predict:4:after evaluate:3:before 5cat:2:parent
cached 5cat
undisturbed
each_of $(each_killed before after) $(each_killed output input) $(each_killed parent parent) $(each_helper_fails)
scenario() { TRAIN=$tmp/val.nvs calibrate --format table; }
undisturbed
each_of $(each_killed before after)

npz-write c.npz <c.nvs
for options in '--min-signal -1 --min-coherence -1' '--format json --min-coherence 0.999'; do
  scenario() { timeout 60 "$repo/pipelines/.diagnose" "$tmp/c.npz" $options; }
  undisturbed
  each_of $(each_killed before '') $(each_killed output '') $(each_killed input '') $(each_killed after '') $(each_killed parent '')
done
finish
