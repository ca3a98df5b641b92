#!/bin/sh
# Makes windows of a data set and predicts their targets in parallel, shard by shard, and proves that nothing was lost on the way.
set -eu

usage() {
  cat <<'USAGE'
Usage: examples/shards.sh FILE.npz [MERGED.nvs]

Splits the chunks of FILE.npz into shards by article, makes windows of every shard and predicts their targets in a
process of its own, and merges the shards in two ways: with cat, and with stream-cat. Both must have the digests of the
windows made in one piece. The digests do not depend on the order of rows and windows: equal digests mean that nothing is
missing, doubled or changed. Predictions must be those made in one piece to the 5th place: a model multiplies whole
batches of windows, and in a batch of another size sums may be rounded otherwise. The offset sweep of the merged
predictions, printed at the end, must be that of the whole. With MERGED.nvs, the merged windows are kept under that name.

  SHARDS  how many shards                  (default 4)
  JOBS    how many processes at a time     (default: the number of processors)
  CTX     context length                   (default 5)
  MODEL   what predicts: a checkpoint, copy-last, context-mean, ... (default context-mean)

Exit status: 0 digests, predictions and sweeps agree; 1 they do not; else a stage failed and has said why.

  examples/shards.sh examples/data/wiki_example_f16.npz
  SHARDS=16 JOBS=8 examples/shards.sh wiki.npz windows.nvs
USAGE
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
file=$1
PATH=$(cd "$(dirname "$0")/../bin" && pwd):$PATH
command -v jq > /dev/null || { echo "shards.sh: error: jq is missing: install it" >&2; exit 66; }
SHARDS=${SHARDS:-4} JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN)} CTX=${CTX:-5} MODEL=${MODEL:-context-mean}
export CTX MODEL

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# digests NAME: prints the totals and digests of the stream on standard input, and keeps them in NAME. No pipe here: its
# status would be the last command's alone.
digests() {
  stream-info --format table > "$work/info"
  sed -n -E 's/^(rows|windows|row_digest|window_digest) +/\1 /p' "$work/info" > "$work/$1"
  printf '%s\n' "$1:" && sed 's/^/  /' "$work/$1"
}

# sweep NAME FORM: the offset sweep of the predictions on standard input, kept in NAME.
sweep() { offset-sweep --articles "$file" --format "$2" --output "$work/$1"; }

# differ WHAT: ends the script.
differ() {
  echo "shards.sh: error: $1: expected what the whole has, found something else" >&2
  exit 1
}

# In one piece.
npz-read "$file" | seq-build --ctx "$CTX" --output "$work/whole.windows"
model-predict --model "$MODEL" --output "$work/whole.predictions" "$work/whole.windows"
for kind in windows predictions; do digests "$kind of the whole" < "$work/whole.$kind"; done

# In shards, a thread for each. A failure anywhere ends the pipe with a status other than 0, without pipefail; xargs passes it on.
npz-read "$file" | stream-split --shards "$SHARDS" --out "$work/chunks-"
for shard in "$work"/chunks-*.nvs; do printf '%s\0' "$shard"; done |
  xargs -0 -n 1 -P "$JOBS" sh -c '
    seq-build --ctx "$CTX" "$1" --output "${1%.nvs}.windows" &&
      exec model-predict --threads 1 --model "$MODEL" --output "${1%.nvs}.predictions" "${1%.nvs}.windows"' sh

# Merged. cat is enough for the next stage; it counts members, since a member that is missing altogether leaves no trace.
for kind in windows predictions; do
  cat "$work"/chunks-*."$kind" | stream-check --members "$SHARDS"
  cat "$work"/chunks-*."$kind" | digests "$kind by cat"
  stream-cat "$work"/chunks-*."$kind" --output "$work/merged.$kind"
  digests "$kind by stream-cat" < "$work/merged.$kind"
  cmp -s "$work/$kind by cat" "$work/$kind by stream-cat" || differ "the digests of the $kind by stream-cat"
done
cmp -s "$work/windows of the whole" "$work/windows by cat" || differ "the digests of the windows"
echo "The digests agree: nothing is missing, doubled or changed."
status=0
stream-diff --tolerance 1e-5 "$work/whole.predictions" "$work/merged.predictions" > "$work/difference" || status=$?
[ "$status" -ne 1 ] || differ "the merged predictions"
[ "$status" -eq 0 ] || exit "$status"
jq -r '"The predictions agree: none differs by more than \(.largest_difference)."' "$work/difference"

# A report on the merged is the report on the whole, but for the rounding of predictions and the order of sums.
sweep whole json < "$work/whole.predictions"
sweep merged json < "$work/merged.predictions"
jq -n -e --slurpfile whole "$work/whole" --slurpfile merged "$work/merged" '
  def agree($a; $b): if ($a | type) == "number" then ($a - $b | fabs) <= 1e-6 else $a == $b end;
  ($whole[0] | del(.source)) as $a | ($merged[0] | del(.source)) as $b | [$a | paths(scalars)] as $figures
  | $figures == [$b | paths(scalars)] and all($figures[] as $figure | agree($a | getpath($figure); $b | getpath($figure)); .)' \
  > "$work/agree" || differ "the sweep of the merged predictions"
sweep table table < "$work/merged.predictions"
echo && cat "$work/table"
echo "The sweep of the merged predictions is that of the whole."
[ $# -lt 2 ] || stream-cat "$work/merged.windows" --output "$2"
