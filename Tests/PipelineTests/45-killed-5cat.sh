# Every process of 5cat, killed alone before it begins, in the middle, and when its work is done: never a verdict.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 8 --chunks 9 --dim 8 --quiet -o c.nvs
article-select --only 0-3 c.nvs --quiet | seq-build --ctx 3 --quiet >val.nvs
article-select --only 4-7 c.nvs --quiet | seq-build --ctx 3 --quiet >ood.nvs
ABLATIONS='shuffle reverse' HORIZON=2
export ABLATIONS HORIZON
scenario() { timeout 60 "$repo/pipelines/.5cat" oracle "$tmp/val.nvs" "$tmp/ood.nvs" "$tmp/c.nvs"; }
undisturbed
assert_equal "$expected" 0
each_of $(each_killed before after) $(each_killed output input tools)
finish
