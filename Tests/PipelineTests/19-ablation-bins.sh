# ablation-eval and bins-eval give the figures that NumPy gives, and none where streams do not fit together.
. "$here/lib.sh"
needs_numpy

modes='shuffle reverse drop-one:0 drop-one:1 drop-one:2 repeat-last cross-article'
# ablated [FOLDER]: the options that name the ablated streams.
ablated() { for mode in $modes; do printf ' --ablated %s=%s.nvs' "$mode" "${1-.}/$mode"; done; }

for case in wiki_small_f16.npz:5:1 wiki_example_f16.npz:3:2 wiki_small_f16.npz:2:1; do
  folder=$(echo "$case" | tr ':' '-')
  articles=$data/${case%%:*}
  mkdir "$folder"
  python3 "$root/Tests/Reference/ablation.py" "$folder" "$case" || fail "NumPy computes $case"
  slots=$(ls "$folder" | sed -n 's/^\(drop-one:.*\)\.nvs/\1/p' | tr '\n' ' ')
  modes="shuffle reverse $slots repeat-last cross-article"
  try "ablation-eval --articles '$articles' --base $folder/base.nvs $(ablated $folder)"
  assert_status 0
  assert_no_errors
  assert_lines 1 out
  assert_same_figures out $folder/ablation-eval.json 1e-6
  try "bins-eval --articles '$articles' $folder/base.nvs"
  assert_status 0
  assert_no_errors
  assert_same_figures out $folder/bins-eval.json 1e-6
done

# From here on windows of 5 at offset 1, and their articles as a stream.
cd wiki_small_f16.npz-5-1 || fail 'there is its folder'
modes='shuffle reverse drop-one:0 drop-one:1 drop-one:2 drop-one:3 drop-one:4 repeat-last cross-article'
npz-read "$data/wiki_small_f16.npz" >articles.nvs
try "ablation-eval --articles articles.nvs $(ablated) <base.nvs"
assert_status 0
assert_equal "$(jq -c '[.schema, .tool, .label]' "$tmp/out")" '["ablation-eval/1","ablation-eval",null]'
mv "$tmp/out" whole.json
assert_same_figures whole.json ablation-eval.json 1e-6

# The articles, the base or an ablated stream on standard input; a named pipe; one mode alone has the figures that it has among others.
mkfifo pipe
for way in "--articles - --base base.nvs <articles.nvs" "--articles articles.nvs --base - <base.nvs"; do
  try "ablation-eval $way $(ablated)"
  assert_status 0
  assert_same_figures "$tmp/out" whole.json 0
done
try "cat reverse.nvs >pipe & ablation-eval --articles articles.nvs --base base.nvs --ablated reverse=pipe --ablated shuffle=- <shuffle.nvs"
assert_status 0
assert_equal "$(jq -c '[.deltas, .ci95.reverse]' "$tmp/out")" "$(jq -c '[(.deltas | {reverse, shuffle}), .ci95.reverse]' whole.json)"
assert_equal "$(jq 'has("drop_one")' "$tmp/out")" false
# Nothing lost by no damage.
try "ablation-eval --articles articles.nvs --ablated shuffle=base.nvs --base base.nvs"
assert_equal "$(jq -c '[.deltas, .ci95.shuffle]' "$tmp/out")" '[{"shuffle":0},[0,0]]'
# Some slots dropped: their mean.
try "ablation-eval --articles articles.nvs --base base.nvs --ablated drop-one:4=drop-one:4.nvs --ablated drop-one:1=drop-one:1.nvs"
assert_equal "$(jq '(.deltas["drop-one"] - (.drop_one["4"] + .drop_one["1"]) / 2) | fabs < 1e-12' "$tmp/out")" true
# The order of the rows is no matter as long as it is one order.
for name in base reverse; do
  stream-split "$name.nvs" --shards 2 --out $name-part || fail "$name in two shards"
  cat $name-part*1.nvs $name-part*0.nvs >$name-turned.nvs 2>/dev/null || cat $(ls -r $name-part*) >$name-turned.nvs
done
try "ablation-eval --articles articles.nvs --base base-turned.nvs --ablated reverse=reverse-turned.nvs"
assert_status 0
assert_equal "$(jq '.deltas.reverse' "$tmp/out" | cut -c 1-12)" "$(jq .deltas.reverse whole.json | cut -c 1-12)"
try "ablation-eval --articles articles.nvs --format table --label VAL --base base.nvs $(ablated)"
assert_status 0
assert_equal "$(grep -c '^    slot ' "$tmp/out")" 5
assert_equal "$(head -n 1 "$tmp/out")" 'ablation-eval: VAL'

# Streams that do not match, and the first key that differs.
stream-head -n 500 base.nvs >short.nvs
for pair in 'base.nvs shuffle=short.nvs expected\ article' 'short.nvs shuffle=reverse.nvs expected\ the\ end' \
  'base.nvs reverse=reverse-turned.nvs expected\ article' 'base.nvs reverse=../wiki_small_f16.npz-2-1/reverse.nvs expected\ article'; do
  eval "set -- $pair"
  try "ablation-eval --articles articles.nvs --base $1 --ablated $2"
  assert_status 65
  assert_no_output
  assert_one_error "$2: $3"
done
for pair in 'base.nvs articles.nvs expected\ predictions,\ found\ chunks' 'articles.nvs base.nvs expected\ predictions,\ found\ chunks' \
  'base.nvs cut.nvs truncated' 'cut.nvs reverse.nvs truncated' 'base.nvs twice.nvs expected' 'twice.nvs twice.nvs expected\ one\ prediction\ of\ each\ chunk'; do
  eval "set -- $pair"
  head -c -64 base.nvs >cut.nvs
  cat base.nvs base.nvs >twice.nvs
  try "ablation-eval --articles articles.nvs --base $1 --ablated reverse=$2"
  assert_status 65
  assert_no_output
  assert_one_error "$3"
done
vec-synth --articles 60 --chunks 9 --dim 8 >small.nvs
try "ablation-eval --articles small.nvs --base base.nvs --ablated reverse=reverse.nvs"
assert_status 65
assert_one_error 'dim'
article-select --exclude 3 articles.nvs >fewer.nvs
try "ablation-eval --articles fewer.nvs --base base.nvs --ablated reverse=reverse.nvs"
assert_status 65
assert_one_error 'article 3, chunk'
# A stage that has failed upstream of an ablated stream.
mkfifo failing
try "npz-read absent.npz 2>/dev/null >failing & ablation-eval --articles articles.nvs --base base.nvs --ablated reverse=failing"
assert_status 65
assert_one_error 'upstream npz-read failed (66)'
try "ablation-eval --articles articles.nvs --base base.nvs --ablated reverse=absent.nvs"
assert_status 66

for words in '' '--ablated reverse' '--ablated reverse=' '--ablated =reverse.nvs' '--ablated backwards=reverse.nvs' '--ablated drop-one=reverse.nvs' \
  '--ablated drop-one:-1=reverse.nvs' '--ablated Shuffle=reverse.nvs' '--ablated reverse=reverse.nvs --ablated reverse=shuffle.nvs' \
  '--ablated drop-one:1=reverse.nvs --ablated drop-one:01=shuffle.nvs' '--ablated reverse=- --ablated shuffle=-'; do
  try "ablation-eval --articles articles.nvs --base base.nvs $words </dev/null"
  assert_status 64
  assert_no_output
  assert_one_error 'expected'
done
for words in '--articles - --ablated reverse=reverse.nvs' '--articles articles.nvs --ablated reverse=-' '--ablated reverse=reverse.nvs'; do
  try "ablation-eval $words <base.nvs"
  assert_status 64
done

# What windows they are: as model-predict noted, as seq-build was told, or as the command line says.
assert_equal "$(bins-eval --articles articles.nvs base.nvs | jq -c '[.context, .offset, .windows]')" '[5,1,1490]'
try "bins-eval --articles articles.nvs reverse.nvs"
assert_status 64
assert_one_error 'expected --ctx and --offset'
try "bins-eval --articles articles.nvs --ctx 5 --offset 1 base.nvs"
assert_status 0
assert_same_figures "$tmp/out" bins-eval.json 1e-6
# retold FILTER FILE: the stream with another header.
retold() { text-write "$2" | { IFS= read -r header; printf '%s\n' "$header" | jq -c ".header |= ($1)"; cat; } | text-read; }
# Each line: how the header is changed, and the context and offset that come of it, or a dash.
while IFS='~' read -r filter expected; do
  retold "$filter" base.nvs >told.nvs || fail "a stream by $filter"
  try "bins-eval --articles articles.nvs told.nvs"
  if [ "$expected" = - ]; then
    assert_status 64
    assert_no_output
  else
    assert_status 0
    assert_equal "$(jq -c '[.context, .offset]' "$tmp/out")" "$expected" "$filter"
  fi
done <<'T'
.metadata = {"model-predict:context": 3, "model-predict:offset": 2}~[3,2]
.metadata = {"model-predict:context": 3}~-
.metadata = {"model-predict:context": "3", "model-predict:offset": 0} | .provenance = [{id: "a", tool: "seq-build", arguments: [], parents: []}]~[5,1]
.metadata = {} | .provenance = [{id: "a", tool: "seq-build", arguments: ["--ctx", "4", "--stride", "2", "--offset", "3"], parents: []}]~[4,3]
.metadata = {} | .provenance = [{id: "a", tool: "seq-build", arguments: ["--ctx", "4"], parents: []}, {id: "b", tool: "seq-build", arguments: ["--ctx", "4", "--negatives", "2"], parents: []}]~[4,1]
.metadata = {} | .provenance = [{id: "a", tool: "seq-build", arguments: ["--ctx", "4"], parents: []}, {id: "b", tool: "seq-build", arguments: ["--ctx", "5"], parents: []}]~-
.metadata = {} | .provenance = [{id: "a", tool: "seq-build", arguments: ["--ctx", "many"], parents: []}]~-
.metadata = {} | .provenance = [{id: "a", tool: "npz-read", arguments: [], parents: []}]~-
T
retold '.metadata = {"model-predict:context": 1, "model-predict:offset": 1}' base.nvs >told.nvs
try "bins-eval --articles articles.nvs told.nvs"
assert_status 65
assert_one_error 'expected windows of 2 or more context chunks, found 1'

# Windows whose context reaches before the article or into a gap are skipped and counted; without a window there is no report.
assert_equal "$(bins-eval --articles articles.nvs --ctx 7 base.nvs | jq -c '[.windows, .skipped.missing_context]')" \
  "$(seq-build --quiet --ctx 7 articles.nvs | stream-info | jq -c '[.windows, 1490 - .windows]')"
try "bins-eval --articles articles.nvs --ctx 512 base.nvs"
assert_status 65
assert_no_output
assert_one_error 'skipped: missing_context 1490'
python3 - "$data/wiki_small_f16.npz" gap.npz <<'P' || fail 'articles with a gap'
import sys
import numpy as np
arrays = np.load(sys.argv[1])
keep = (arrays["article_indices"] != 0) | (arrays["chunk_indices"] != 1)
np.savez(sys.argv[2], **{name: arrays[name][keep] for name in ("vectors", "article_indices", "chunk_indices")})
P
# Chunk 1 of article 0 stands in the contexts of its first two windows.
assert_equal "$(bins-eval --articles gap.npz base.nvs | jq -c '.skipped.missing_context')" 2
stream-head -n 0 base.nvs >none.nvs 2>/dev/null || article-select --only 999999 base.nvs >none.nvs
try "bins-eval --articles articles.nvs none.nvs"
assert_status 65
assert_no_output

# The bounds belong to the bin between; an empty bin has no figure, and gate E is then not measurable.
try "bins-eval --articles articles.nvs --low -1 --high 1 base.nvs"
assert_status 0
assert_equal "$(jq -c '[.low, .normal.windows, .high.windows]' "$tmp/out")" '[{"ci95":null,"mean_cos":null,"windows":0},1490,0]'
assert_equal "$(jq '.normal.mean_cos' "$tmp/out" | cut -c 1-12)" "$(jq .base_cos whole.json | cut -c 1-12)"
for words in '--low 0.6' '--high 0.4' '--low 2' '--ctx 1' '--offset 0' '--ctx x'; do
  try "bins-eval --articles articles.nvs $words base.nvs"
  assert_status 64
  assert_one_error 'expected'
done
try "bins-eval --articles articles.nvs --format table base.nvs"
assert_status 0
assert_lines 13 "$tmp/out"
for bad in 'base.nvs base.nvs' cut.nvs articles.nvs; do
  try "bins-eval --articles articles.nvs $bad"
  assert_status 65
  assert_no_output
done
finish
