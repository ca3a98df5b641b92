#!/bin/sh
# Two recipes, side by side: the same data, split and seed, and what came of it.
set -eu

usage() {
  cat <<'USAGE'
Usage: examples/compare-recipes.sh FILE RECIPE_A RECIPE_B [RUN_DIR]

Trains by both recipes with pipelines/train, one after the other, and prints side by side the figures on validation articles after every epoch, and those
that the five gates ask for of each one's best epoch (pipelines/5cat).

A recipe is a name of pipelines/recipes, or a file. With RUN_DIR everything is kept there, and a run that was killed goes on; without it, in a temporary folder.

Settings of pipelines/train (EPOCHS, ARCH, MODEL, SEED, SPLIT, ...) and of pipelines/5cat (HORIZON, ABLATIONS, ...) come from the environment and
hold for both recipes. What is not given is as each recipe has it, the architecture too.
Recipes may predict at different offsets, as P1 and P6b do: their cosines then answer different questions.

Exit status: 0 both are trained and measured, whatever the verdicts; else as the stage that failed gives it.

  EPOCHS=3 ARCH=amn examples/compare-recipes.sh examples/data/wiki_example_f16.npz p6b-v2.1 p6b-v2.3
USAGE
}

fail() {
  echo "compare-recipes.sh: error: $2" >&2
  exit "$1"
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
[ $# -eq 3 ] || [ $# -eq 4 ] || { usage >&2; exit 64; }
file=$1
root=$(cd "$(dirname "$0")/.." && pwd)
a=$(basename "$2" .json) b=$(basename "$3" .json)
[ "$a" != "$b" ] || fail 64 "$2 and $3: expected recipes of different names"
for recipe in "$2" "$3"; do
  case $recipe in */* | *.json) path=$recipe ;; *) path=${NEXTVEC_RECIPES:-$root/pipelines/recipes}/$recipe.json ;; esac
  [ -r "$path" ] || fail 66 "$recipe: there is no recipe $path"
done
for program in jq make; do command -v $program >/dev/null || fail 66 "$program is missing: install it"; done
forget=
if [ $# -eq 4 ]; then
  run=$4
  mkdir -p "$run" 2>/dev/null || fail 73 "$run: cannot be created"
else
  run=$(mktemp -d)
  forget='s/: [^:]*$//'
  trap 'rm -rf "$run"' EXIT
  trap 'exit 130' INT TERM HUP
fi

# An own verdict is asked for at the end: none after every epoch, unless the caller wants it.
export CAT="${CAT:-0}"

# measure RECIPE NAME: trains and judges.
measure() {
  echo "$2" && RECIPE=$1 "$root/pipelines/train" "$file" "$run/$2" >"$run/$2.log" || {
    status=$?
    tail -n 1 "$run/$2.log" >&2
    fail $status "the training by $2 ended with status $status"
  }
  # The path at the line's end is of no use where the folder goes.
  tail -n 1 "$run/$2.log" | sed "$forget"
  status=0
  "$root/pipelines/5cat" "$run/$2/best.safetensors" "$run/$2/val.nvs" "$run/$2/ood.nvs" "$file" --format json --label "$2" >"$run/$2.5cat.jsonl" || status=$?
  [ $status -le 1 ] || fail $status "5cat of $2 failed"
  # Every epoch's last line; numbers say the order, not the files' names.
  for log in "$run/$2"/[0-9]*.jsonl; do tail -n 1 "$log"; done | jq -c 'select(.event == "epoch")' >"$run/$2.epochs.jsonl"
}
measure "$2" "$a"
measure "$3" "$b"

offset() { jq '.data.offset // 1' "$run/$1/recipe.json"; }
[ "$(offset "$a")" = "$(offset "$b")" ] ||
  echo "note: $a predicts at offset $(offset "$a"), $b at offset $(offset "$b"): the figures are of different windows"

jq -nr --arg a "$a" --arg b "$b" --slurpfile epochs_a "$run/$a.epochs.jsonl" --slurpfile epochs_b "$run/$b.epochs.jsonl" \
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
