#!/bin/sh
# Two recipes, side by side: the same data, split and seed, and what comes of them.
set -eu

usage() {
  cat <<'USAGE'
Usage: examples/compare-recipes.sh FILE RECIPE_A RECIPE_B [RUN_DIR]

Trains by both recipes with pipelines/train, one after the other, and prints side by side the figures on validation articles after every epoch, and those
of the five gates for each recipe's best epoch (pipelines/5cat).

A recipe is a name in pipelines/recipes, or a file. With RUN_DIR everything is kept there, and an interrupted run resumes where it stopped; without it, a
temporary folder is used.

Settings of pipelines/train (EPOCHS, ARCH, MODEL, SEED, SPLIT, ...) and of pipelines/5cat (HORIZON, ABLATIONS, ...) come from the environment and
hold for both recipes. What is not given is as each recipe says, the architecture too.
Recipes may predict at different offsets, as P1 and P6b do: their cosines then answer different questions.

Exit status: 0 both are trained and measured, whatever the verdicts; other statuses are those of the stage that failed.

  EPOCHS=3 ARCH=amn examples/compare-recipes.sh examples/data/wiki_example_f16.npz p6b-v2.1 p6b-v2.3
USAGE
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
[ $# -eq 3 ] || [ $# -eq 4 ] || { usage >&2; exit 64; }
here=$(readlink -f -- "$0") || exit 66
here=${here%/*/*}/pipelines
# shellcheck source=SCRIPTDIR/../pipelines/stages.sh
. "$here/stages.sh"
file=$1 a=${2##*/} b=${3##*/}
a=${a%.json} b=${b%.json}
[ "$a" != "$b" ] || fail 64 "$2 and $3: expected recipes of different names"
for recipe in "$2" "$3"; do
  case $recipe in */* | *.json) path=$recipe ;; *) path=${NEXTVEC_RECIPES:-$here/recipes}/$recipe.json ;; esac
  [ -r "$path" ] || fail 66 "$recipe: there is no recipe $path"
done
make_work
run=${4-}
if [ -n "$run" ]; then
  mkdir -p -- "$run" 2>/dev/null || fail 73 "$run: cannot be created"
  case $run in -*) run=./$run ;; esac
else
  run=$work
fi

# The verdict comes at the end: none after every epoch, unless the caller wants it.
export CAT="${CAT:-0}"

# measure RECIPE NAME: trains and judges.
measure() {
  echo "$2"
  status=0
  RECIPE=$1 "$here/train" "$file" "$run/$2" >"$work/$2.log" || status=$?
  line=$(tail -n 1 "$work/$2.log")
  if [ $status -ne 0 ]; then
    echo "$line" >&2
    fail $status "the training by $2 ended with status $status"
  fi
  # The path at the end of the line is of no use where the folder is temporary.
  [ "$run" != "$work" ] || line=${line%: *}
  echo "$line"
  "$here/5cat" "$run/$2/best.safetensors" "$run/$2/val.nvs" "$run/$2/ood.nvs" "$file" --format json --label "$2" >"$run/$2.5cat.jsonl.tmp" || status=$?
  [ $status -le 1 ] || fail $status "5cat of $2 failed"
  mv "$run/$2.5cat.jsonl.tmp" "$run/$2.5cat.jsonl"
  # The last line of every epoch. Their order is that of the numbers in them, not of the names of the files.
  for log in "$run/$2"/[0-9]*.jsonl; do tail -n 1 "$log" >>"$work/$2.lines"; done
  jq -c 'select(.event == "epoch")' "$work/$2.lines" >"$work/$2.epochs"
}
measure "$2" "$a"
measure "$3" "$b"

offset_a=$(jq .data.offset "$run/$a/recipe.json")
offset_b=$(jq .data.offset "$run/$b/recipe.json")
[ "$offset_a" = "$offset_b" ] || echo "note: $a predicts at offset $offset_a, $b at offset $offset_b: the figures are of different windows"

jq -nr --arg a "$a" --arg b "$b" --slurpfile epochs_a "$work/$a.epochs" --slurpfile epochs_b "$work/$b.epochs" \
  --slurpfile reports_a "$run/$a.5cat.jsonl" --slurpfile reports_b "$run/$b.5cat.jsonl" '
  def left($n): (. + "                                  ")[:$n];
  def right($n): ("                                  " + .)[-$n:];
  def figure: if . == null then "-" elif type == "boolean" then (if . then "pass" else "FAIL" end) elif type == "string" then . else
    (. * 10000 | round) as $n | ($n | fabs) as $m
    | (if $n < 0 then "-" else "" end) + ($m / 10000 | floor | tostring) + "." + ("000" + ($m % 10000 | tostring))[-4:] end;
  def verdict: map(select(.tool == "gate-verdict"))[0];
  def epoch($lines; $number): ($lines | map(select(.epoch == $number))[0].val) as $val
    | [$val.cos_next, $val.margin, $val.r_at_5] | map(figure | right(9)) | add;
  def rows: verdict as $v | [
    ["A margin VAL", $v.gates.A.val], ["A margin OOD", $v.gates.A.ood], ["B R@1 VAL", $v.gates.B.val.r_at_1], ["B R@1 OOD", $v.gates.B.ood.r_at_1],
    ["B R@5 VAL", $v.gates.B.val.r_at_5], ["B R@5 OOD", $v.gates.B.ood.r_at_5], ["C shuffle VAL", $v.gates.C.val], ["C shuffle OOD", $v.gates.C.ood],
    ["D rollout VAL", $v.gates.D.val], ["D rollout OOD", $v.gates.D.ood], ["E normal bin VAL", $v.gates.E.val], ["E normal bin OOD", $v.gates.E.ood],
    (["A", "B", "C", "D", "E"][] as $gate | ["gate \($gate)", $v.gates[$gate].pass]),
    ["gates passed", "\($v.passed) of 5"], ["verdict", $v.verdict]];
  ($reports_b | rows) as $rows_b
  | "", "validation, epoch by epoch\n", ("" | left(8)) + ("  " + $a | left(30)) + "  " + $b,
    (("epoch" | left(8)) + ([1, 2] | map(["cosine", "margin", "R@5"] | map(right(9)) | add) | join("   "))),
    (range(1; ([$epochs_a, $epochs_b | map(.epoch) | max] | max) + 1) as $number
      | ($number | tostring | left(8)) + epoch($epochs_a; $number) + "   " + epoch($epochs_b; $number)),
    "", "five gates, the best epoch of each\n", ("" | left(20)) + ($a | right(15)) + ($b | right(15)),
    ($reports_a | rows | to_entries[] | (.value[0] | left(20)) + (.value[1] | figure | right(15)) + ($rows_b[.key][1] | figure | right(15)))'
[ $# -lt 4 ] || printf '\nEverything is kept in %s.\n' "$run"
