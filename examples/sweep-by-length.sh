#!/bin/sh
# An evaluation of your own, composed in shell: is a predictor as good on short articles as on long ones?
set -eu

usage() {
  cat <<'USAGE'
Usage: examples/sweep-by-length.sh MODEL FILE.npz [OUT]

Divides the articles of FILE.npz into thirds by their number of chunks (short, middle and long), and compares the predictions of MODEL with the text in each:
the offset sweep as one table. All windows are predicted once; each third is a selection of the predictions.

MODEL is a checkpoint, or copy-last, context-mean, linear-extrapolation. With OUT, the three reports are kept there, a line each.

  CTX     context length                                    (default the checkpoint's, else 5)
  OFFSET  chunks from the last context chunk to the target  (default 1; models of P6b recipes: 2)
  SEED    of the intervals                                  (default 17)

Exit status: 0 done; other statuses mean that a stage has failed and has said why.

  examples/sweep-by-length.sh context-mean examples/data/wiki_small_f16.npz
  OFFSET=2 examples/sweep-by-length.sh examples/quickstart/train/best.safetensors examples/data/wiki_example_f16.npz
USAGE
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
[ $# -eq 2 ] || [ $# -eq 3 ] || { usage >&2; exit 64; }
here=$(readlink -f -- "$0") || exit 66
here=${here%/*/*}/pipelines
# shellcheck source=SCRIPTDIR/../pipelines/stages.sh
. "$here/stages.sh"
model=$1 file=$2 out=${3-}
case $file in -*) file=./$file ;; esac
make_work
ctx=${CTX-}
[ -n "$ctx" ] || case $model in
  copy-last | context-mean | linear-extrapolation) ctx=5 ;;
  *)
    model-info --format json -o "$work/model" "$model"
    ctx=$(jq -r .context "$work/model") ;;
esac

npz-read "$file" -o "$work/chunks.nvs"
seq-build --ctx "$ctx" --offset "${OFFSET:-1}" "$work/chunks.nvs" | model-predict --model "$model" -o "$work/predictions.nvs"

# How many chunks each article has, from the stream as text. Text has no digests for awk to check: its last line says that it is whole.
text-write "$work/chunks.nvs" | awk -F'[:,]' '
  /^\{"article":/ { chunks[$2]++ }
  /^\{"end":/ { whole = 1 }
  END { if (!whole) exit 65; for (article in chunks) print chunks[article], article }' >"$work/unsorted"
sort -n -k1,1 -k2,2 "$work/unsorted" >"$work/lengths"
articles=$(wc -l <"$work/lengths")
[ "$articles" -ge 3 ] || fail 65 "$file: expected 3 articles or more, found $((articles))"

# third NUMBER NAME: adds the report of one third, with the bounds of the lengths of its articles.
third() {
  awk -v third="$1" '
    { chunks[NR] = $1; article[NR] = $2 }
    END {
      first = int(NR * (third - 1) / 3) + 1; last = int(NR * third / 3)
      for (at = first; at <= last; at++) list = list (at > first ? "," : "") article[at]
      print chunks[first], chunks[last], list
    }' "$work/lengths" >"$work/third"
  read -r fewest most articles <"$work/third"
  article-select --only "$articles" "$work/predictions.nvs" |
    offset-sweep --articles "$work/chunks.nvs" --seed "${SEED:-17}" --label "$2" --format json -o "$work/report"
  jq -c --argjson fewest "$fewest" --argjson most "$most" \
    '. + {chunks_per_article: [$fewest, $most]}' "$work/report" >>"$work/reports"
}
third 1 short
third 2 middle
third 3 long
if [ -n "$out" ]; then
  cp -- "$work/reports" "$out.tmp"
  mv -- "$out.tmp" "$out"
fi

jq -rs '
  def pad($n): ("          " + .)[-$n:];
  def number: if . == null then "-" else (. * 10000 | round) as $n | ($n | fabs) as $m
    | (if $n < 0 then "-" else "" end) + ($m / 10000 | floor | tostring) + "." + ("000" + ($m % 10000 | tostring))[-4:] end;
  (.[0].offsets | keys | sort_by(tonumber)) as $offsets
  | "cosine of predictions with the chunk k after the last one before the target, by the length of articles: \(.[0].model)\n",
    ("" | pad(7)) + ("chunks" | pad(10)) + ("articles" | pad(10)) + ("windows" | pad(9)) + ([$offsets[] | "k = \(.)" | pad(9)] | add)
      + ("margin" | pad(9)) + ("95% from" | pad(10)) + ("to" | pad(9)),
    (.[] | (.label | pad(7)) + (.chunks_per_article | map(tostring) | join(" to ") | pad(10)) + (.articles | tostring | pad(10))
      + (.windows | tostring | pad(9)) + ([.offsets[$offsets[]] | number | pad(9)] | add)
      + (.margin | number | pad(9)) + (.ci95.margin // [null, null] | (.[0] | number | pad(10)) + (.[1] | number | pad(9))))' "$work/reports"
