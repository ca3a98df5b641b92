# The nearest-window predictor, and the skill of gate-verdict, are those that plain NumPy finds by their definitions (Tests/Reference/skill.py).
. "$here/lib.sh"
needs_numpy
file=$data/wiki_small_f16.npz
export file
npz-read "$file" >chunks.nvs
odd=$(jq -rn '[range(1; 200; 2)] | join(",")')
article-select --only "$odd" chunks.nvs | seq-build --quiet --ctx 3 -o odd.nvs
article-select --exclude "$odd" chunks.nvs | seq-build --quiet --ctx 3 -o even.nvs
python3 "$root/Tests/Reference/skill.py" "$file" 3 5 >expected || fail 'the reference runs'

# reports PREDICTOR [OPTION…]: the ten reports of a predictor, of the same windows as validation and OOD.
reports() {
  model=$1
  shift
  model-predict --model "$model" --horizon 2 --ablate shuffle=shuffled.nvs -o predicted.nvs "$@" odd.nvs || fail "$model predicts"
  for label in VAL OOD; do
    set -- --by-article --label $label --articles "$file"
    offset-sweep "$@" predicted.nvs || fail "the sweep of $label"
    retrieval-rank "$@" --exclude-context predicted.nvs || fail "the ranks of $label"
    rollout-eval "$@" predicted.nvs || fail "the rollout of $label"
    bins-eval "$@" predicted.nvs || fail "the bins of $label"
    ablation-eval "$@" --base predicted.nvs --ablated shuffle=shuffled.nvs || fail "the ablations of $label"
  done
}
reports nearest --train even.nvs --neighbours 5 >model
for baseline in copy-last context-mean; do reports $baseline | jq -c "{predictor: \"$baseline\"} + ."; done >calibration
try 'gate-verdict --quiet --calibration calibration model'
[ "$status" -le 1 ] || fail 'a verdict'
for split in VAL OOD; do
  jq -c ".skill.$split | {cosine, margin, r_at_5, r_at_5_without_context} | map_values({value, best_baseline, best_baseline_value, difference, ci95})" out >found
  assert_same_figures expected found 1e-6
done
jq -c '.cosine.difference += 2e-5' expected >off
[ -n "$(jq -n -r --slurpfile a off --slurpfile b found --argjson tolerance 1e-6 -f "$here/same-figures.jq")" ] || fail 'a difference of 2e-5 is found'

# Searched in pieces and in another order, the same windows are the nearest; a window that is searched for itself is its own nearest.
seq-shuffle even.nvs -o shuffled-even.nvs
model-predict --model nearest --train even.nvs --neighbours 5 odd.nvs -o one.nvs
model-predict --model nearest --train shuffled-even.nvs --neighbours 5 --batch 7 odd.nvs -o two.nvs
try 'stream-diff --tolerance 1e-6 one.nvs two.nvs'
assert_status 0
try 'model-predict --model nearest --train even.nvs --neighbours 1 even.nvs | offset-sweep --articles "$file"'
assert_status 0
assert_equal "$(jq '.mean_cos > 0.999999' out)" true
try 'model-predict --model nearest --train even.nvs --neighbours 4096 odd.nvs'
assert_status 0

# What it lacks, and what it has no use for.
seq-build --quiet --ctx 4 chunks.nvs -o four.nvs
seq-build --quiet --ctx 3 --offset 2 chunks.nvs -o two.nvs
while IFS='|' read -r expected message words; do
  try "model-predict $words odd.nvs"
  assert_status "$expected"
  assert_one_error "$message"
done <<'T'
64|expected --train FILE beside it|--model nearest
64|expected --model nearest beside it|--model copy-last --train even.nvs
64|--neighbours|--model nearest --train even.nvs --neighbours 0
66|absent.nvs|--model nearest --train absent.nvs
65|expected windows of 3 context chunks|--model nearest --train four.nvs
65|at offset 1, found|--model nearest --train two.nvs
65|windows|--model nearest --train chunks.nvs
T
finish
