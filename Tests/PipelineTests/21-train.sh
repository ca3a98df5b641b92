# A training that is killed anywhere goes on, and ends with the same bytes.
. "$here/lib.sh"
vec-synth --process rotation --articles 40 --chunks 16 --dim 8 -o c.nvs
MODEL='--hidden 12 --layers 1' ARCH=lstm CTX=3 LR=0.01 DROPOUT=0.1
export MODEL ARCH CTX LR DROPOUT
train=$root/pipelines/train

try "EPOCHS=4 '$train' c.nvs whole"
assert_status 0
assert_equal "$(grep -c '^epoch [1-4]: loss' out)" 4
assert_equal "$(tail -n 1 out | cut -d' ' -f1-5)" '4 epochs: best is epoch'
assert_equal "$(cat whole/*.jsonl | jq -s 'map(select(.event == "epoch").loss) | (. == (sort | reverse)) and (.[3] < .[0])')" true
assert_absent whole/1.safetensors whole/3.safetensors whole/.*.tmp
# Splits share no article.
articles() { text-write <"whole/$1.nvs" | jq -r 'select(.article) | .article' | sort -u; }
assert_equal "$({ articles train; articles val; articles ood; } | sort | uniq -d)" ''
assert_equal "$({ articles train; articles val; articles ood; } | wc -l)" 40

# Killed with all it has started, a little later every time, until it comes to its end.
tries=0 status=1
while [ $status -ne 0 ]; do
  tries=$((tries + 1))
  [ $tries -le 60 ] || fail "it comes to an end"
  EPOCHS=4 setsid "$train" c.nvs killed >log 2>&1 &
  group=$!
  sleep "$(awk "BEGIN { print 0.25 * $tries }")"
  kill -s KILL -- "-$group" 2>/dev/null || :
  status=0
  wait "$group" || status=$?
done
[ $tries -gt 2 ] || fail "it was killed before"
assert_absent killed/.*.tmp
for name in 4.safetensors best.safetensors train.nvs val.nvs 0.safetensors; do assert_equal_files whole/$name killed/$name; done
assert_equal "$(cat killed/*.jsonl | jq -c 'del(.seconds, .windows_per_second)')" "$(cat whole/*.jsonl | jq -c 'del(.seconds, .windows_per_second)')"

# A run keeps its settings; what is not given is as it was.
try "SEED=3 EPOCHS=4 '$train' c.nvs whole"
assert_status 64
assert_one_error 'whole was started with SEED=17, found SEED=3'
try "BATCH=9 '$train' c.nvs whole"
assert_status 64
assert_one_error 'whole was started with BATCH=the default, found BATCH=9'
try "unset MODEL ARCH CTX LR DROPOUT; EPOCHS=5 '$train' c.nvs whole"
assert_status 0
assert_equal "$(grep -c '^epoch' out)" 1

# An alarm ends it, and goes on ending it.
try "EPOCHS=3 LR=0.000001 STOP_ON=collapsed,orthogonal-escape '$train' c.nvs stopped"
assert_status 1
assert_equal "$(grep -c '^epoch' out)" 1
try "EPOCHS=3 LR= STOP_ON=collapsed '$train' c.nvs stopped"
assert_status 1
assert_equal "$(grep -c '^epoch' out)" 0
try "LR= EPOCHS=2 '$train' c.nvs stopped"
assert_status 0

# Damaged chunks: nothing is trained on a part of them.
head -c 9000 c.nvs >cut.nvs
try "EPOCHS=1 '$train' cut.nvs damaged"
assert_status 65
assert_absent damaged/train.nvs damaged/*.safetensors
# They are whole again.
cp c.nvs cut.nvs
try "EPOCHS=1 '$train' cut.nvs damaged"
assert_status 0

# The curriculum sees a part of the windows first.
try "EPOCHS=1 RECIPE=p5-curriculum '$train' c.nvs stages"
assert_status 0
all=$(stream-info stages/train.nvs | jq .windows)
assert_equal "$(stream-info stages/stage-0.3.nvs | jq .windows)" "$(jq -n "$all * 0.3 | round")"
assert_equal "$(jq .windows stages/1.jsonl)" "$(stream-info stages/stage-0.3.nvs | jq .windows)"

# Ranges, and a recipe of one's own.
jq '.name = "mine" | .epochs = 1 | .data.offset = 2' "$root/pipelines/recipes/p1-baseline.json" >mine.json
try "RECIPE=./mine.json SPLIT='train=1-20 val=21-30 ood=31-40' '$train' c.nvs ranges"
assert_status 0
assert_equal "$(stream-info ranges/val.nvs | jq .offset)" 2
assert_equal "$(text-write <ranges/val.nvs | jq -r 'select(.article) | .article' | sort -nu | sed -n '1p;$p' | tr '\n' ' ')" '21 30 '
try "RECIPE=none-such '$train' c.nvs none"
assert_status 66
assert_one_error 'none-such'

# A recipe's model, its schedule of the learning rate, and the figure by which the best epoch is chosen.
cat >mine.json <<'T'
{"name": "mine", "model": {"arch": "mlp", "residual": "mean", "hidden": 7, "dropout": 0.25}, "batch": 16, "epochs": 3, "lr": 0.01, "select": "r_at_5",
 "schedule": {"decay": "cosine", "warmup": 4, "epochs": 3}, "terms": [{"term": "cosine", "weight": 1}]}
T
unset MODEL ARCH LR DROPOUT
try "CAT=0 RECIPE=mine.json '$train' c.nvs mine"
assert_status 0
assert_equal "$(model-info mine/0.safetensors | jq -c '[.architecture, .residual, .hidden, .dropout]')" '["mlp","mean",7,0.25]'
# The mean of the context before the first step: the figures of that baseline.
model-predict --model mine/0.safetensors mine/val.nvs -o first.nvs
model-predict --model context-mean mine/val.nvs -o mean.nvs
try 'stream-diff --tolerance 1e-6 first.nvs mean.nvs'
assert_status 0
assert_equal "$(cat mine/[123].jsonl | jq -c 'select(.event == "epoch") | .lr * 10000 | round')" '100
75
25'
best=$(cat mine/[123].jsonl | jq -s 'map(select(.event == "epoch")) | max_by([.val.r_at_5, -.epoch]) | .epoch')
assert_equal "$(jq .epoch mine/best.json)" "$best"
for select in cos_next margin; do
  best=$(cat mine/[123].jsonl | jq -s "map(select(.event == \"epoch\")) | max_by([.val.$select, -.epoch]) | .epoch")
  for epoch in 1 2 3; do
    [ "$epoch" -le "$best" ] || { try "epoch-verdict --select $select --best mine/$best.jsonl mine/$epoch.jsonl"; assert_equal "$(jq .is_best out)" false; }
  done
done
# Flags win, and another architecture has its own usual sizes.
model-init --recipe mine.json --dim 8 --ctx 3 --hidden 5 --dropout 0 --residual last --out flags.safetensors
assert_equal "$(model-info flags.safetensors | jq -c '[.residual, .hidden, .dropout]')" '["last",5,0]'
model-init --recipe mine.json --dim 8 --ctx 3 --arch lstm --out lstm.safetensors
assert_equal "$(model-info lstm.safetensors | jq -c '[.residual, .hidden, .dropout]')" '["mean",512,0.2]'

# Few articles: no part is empty where there are as many articles as parts; where there are fewer, nothing is trained.
vec-synth --process ar --articles 5 --chunks 20 --dim 8 -o few.nvs
for seed in 1 2 3 17; do
  for part in train val ood; do
    article-select --exact --split train=0.8,val=0.1,ood=0.1 --seed $seed --take $part few.nvs | stream-info >info || fail "$part"
    assert_equal "$part $(jq .rows info)" "$([ $part = train ] && echo 'train 60' || echo "$part 20")"
  done
done
try "EPOCHS=1 CAT=0 FORCE=1 RECIPE=mine.json '$train' few.nvs few"
assert_status 0
article-select --only 0-1 few.nvs >two.nvs || fail 'two articles'
try "EPOCHS=1 CAT=0 FORCE=1 RECIPE=mine.json '$train' two.nvs two"
assert_status 65
assert_absent two/train.nvs two/0.safetensors
grep -qF 'expected at least 3 articles for as many parts, found 2' err || fail 'it says how many articles are needed'
# Of many articles the exact parts are nearly those of the hash, and do not depend on the order.
vec-synth --process ar --articles 300 --chunks 9 --dim 4 -o many.nvs
for exact in '' --exact; do
  article-select $exact --split a=0.7,b=0.3 --take b many.nvs | text-write | jq -r 'select(.article) | .article' | sort -u >"articles$exact"
done
assert_equal "$(wc -l <articles--exact)" 90
[ "$(comm -12 articles articles--exact | wc -l)" -ge 75 ] || fail 'most articles stay'
{ article-select --only 100-299 many.nvs; article-select --only 0-99 many.nvs; } | article-select --exact --split a=0.7,b=0.3 --take b |
  text-write | jq -r 'select(.article) | .article' | sort -u >articles.other
assert_equal_files articles.other articles--exact
finish
