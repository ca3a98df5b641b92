# The shells of 5cat, killed while what they have started goes on; every call of every helper program of 5cat fails. The verdict is do-not-deploy, whose
# exit status, 1, nothing else may have.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 8 --chunks 9 --dim 8 --quiet -o c.nvs
article-select --only 0-3 c.nvs --quiet | seq-build --ctx 3 --quiet >val.nvs
article-select --only 4-7 c.nvs --quiet | seq-build --ctx 3 --quiet >ood.nvs
ABLATIONS='shuffle reverse' HORIZON=2
export ABLATIONS HORIZON
npz-write val.npz <val.nvs
WINDOWS=20
export WINDOWS
scenario() { timeout 60 "$repo/pipelines/.5cat" copy-last "$tmp/val.npz" "$tmp/ood.nvs" "$tmp/c.nvs" --format table; }
undisturbed
assert_equal "$expected" 1
each_of $(each_killed parent parent) $(each_helper_fails)
finish
