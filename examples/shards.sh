#!/bin/sh
# Makes windows of a data set and predicts their targets in parallel, shard by shard, and proves that nothing was lost on the way.
set -eu

usage() {
  cat <<'USAGE'
Usage: examples/shards.sh FILE.npz [MERGED.nvs]

Splits the chunks of FILE.npz into shards by article, makes windows of every shard and predicts their targets in a
process of its own, and merges the shards in two ways: with cat, and with stream-cat. Both must have the digests of the
windows made in one piece. The digests do not depend on the order of rows and windows: equal digests mean that nothing is
missing, doubled or changed. Predictions must agree with those made in one piece to the 5th place: a model multiplies whole
batches of windows, and in a batch of another size sums may be rounded differently. The offset sweep of the merged
predictions, printed at the end, must be that of the whole. With MERGED.nvs, the merged windows are kept under that name.

  SHARDS  how many shards                  (default 4)
  JOBS    how many processes at a time     (default: the number of processors)
  CTX     context length                   (default 5)
  MODEL   what predicts: a checkpoint, copy-last, context-mean, ... (default context-mean)

Exit status: 0 digests, predictions and sweeps agree; 1 they do not; other statuses mean that a stage has failed and has said why.

  examples/shards.sh examples/data/wiki_example_f16.npz
  SHARDS=16 JOBS=8 examples/shards.sh wiki.npz windows.nvs
USAGE
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
here=$(readlink -f -- "$0") || exit 66
here=${here%/*/*}/pipelines
# shellcheck source=SCRIPTDIR/../pipelines/stages.sh
. "$here/stages.sh"
file=$1 merged=${2-}
SHARDS=${SHARDS:-4} JOBS=${JOBS-}
[ -n "$JOBS" ] || JOBS=$(getconf _NPROCESSORS_ONLN) || fail 70 'the number of processors is unknown: set JOBS'
export CTX="${CTX:-5}" MODEL="${MODEL:-context-mean}" tied
make_work

# digests NAME FILE: prints the totals and digests of a stream, and keeps them in NAME. No pipe here: its status would be that of
# its last command alone.
digests() {
  stream-info --format table "$2" > "$work/info"
  sed -n -E 's/^(rows|windows|row_digest|window_digest) +/\1 /p' "$work/info" > "$work/$1"
  printf '%s\n' "$1:"
  sed 's/^/  /' "$work/$1"
}

# sweep NAME FORM: the offset sweep of the predictions on standard input, kept in NAME.
sweep() { offset-sweep --articles "$file" --format "$2" --output "$work/$1"; }

# agree STATUS WHAT: a comparison's exit status is 1 where two things differ. More is no answer.
agree() {
  [ "$1" -ne 1 ] || fail 1 "$2: expected what the whole has, found something else"
  [ "$1" -eq 0 ] || fail "$1" "$2: the comparison failed"
}

# same_digests NAME NAME WHAT
same_digests() {
  status=0
  cmp -s "$work/$1" "$work/$2" || status=$?
  agree "$status" "the digests of the $3"
}

# In one piece.
npz-read "$file" | seq-build --ctx "$CTX" --output "$work/whole.windows"
model-predict --model "$MODEL" --output "$work/whole.predictions" "$work/whole.windows"
for kind in windows predictions; do digests "$kind of the whole" "$work/whole.$kind"; done

# In shards, a thread for each. A failure anywhere ends the pipe with a status other than 0, without pipefail; xargs passes it on.
npz-read "$file" | stream-split --shards "$SHARDS" --out "$work/chunks-"
# shellcheck disable=SC2016,SC2086 # Expanded by the inner sh; a command and its flags.
for shard in "$work"/chunks-*.nvs; do printf '%s\0' "$shard"; done |
  xargs -0 -n 1 -P "$JOBS" $tied sh -c '
    $tied seq-build --ctx "$CTX" "$1" --output "${1%.nvs}.windows" &&
      exec model-predict --threads 1 --model "$MODEL" --output "${1%.nvs}.predictions" "${1%.nvs}.windows"' sh

# Merged. What cat makes is a stream too; its members are counted, since one that is missing altogether leaves no trace.
for kind in windows predictions; do
  cat "$work"/chunks-*."$kind" > "$work/cat.$kind"
  stream-check --members "$SHARDS" "$work/cat.$kind"
  digests "$kind by cat" "$work/cat.$kind"
  stream-cat "$work"/chunks-*."$kind" --output "$work/merged.$kind"
  digests "$kind by stream-cat" "$work/merged.$kind"
  same_digests "$kind by cat" "$kind by stream-cat" "$kind by stream-cat"
done
same_digests 'windows of the whole' 'windows by cat' windows
echo "The digests agree: nothing is missing, doubled or changed."
status=0
stream-diff --tolerance 1e-5 "$work/whole.predictions" "$work/merged.predictions" > "$work/difference" || status=$?
agree "$status" 'the merged predictions'
jq -r '"The predictions agree: none differs by more than \(.largest_difference)."' "$work/difference"

# A report on the merged is the report on the whole, but for the rounding of predictions and the order of sums.
sweep whole json < "$work/whole.predictions"
sweep merged json < "$work/merged.predictions"
equal=$(jq -n --slurpfile whole "$work/whole" --slurpfile merged "$work/merged" '
  def agree($a; $b): if ($a | type) == "number" then ($a - $b | fabs) <= 1e-6 else $a == $b end;
  ($whole[0] | del(.source)) as $a | ($merged[0] | del(.source)) as $b | [$a | paths(scalars)] as $figures
  | $figures == [$b | paths(scalars)] and all($figures[] as $figure | agree($a | getpath($figure); $b | getpath($figure)); .)')
[ "$equal" = true ] || agree 1 'the sweep of the merged predictions'
sweep table table < "$work/merged.predictions"
[ -z "$merged" ] || stream-cat "$work/merged.windows" --output "$merged"
echo
cat "$work/table"
echo "The sweep of the merged predictions is that of the whole."
