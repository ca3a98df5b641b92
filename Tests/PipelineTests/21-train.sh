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

# Killed with all it has started, at a later moment every time, until it comes to its end.
tries=0 status=1
while [ $status -ne 0 ]; do
  tries=$((tries + 1))
  [ $tries -lt 60 ] || fail "it comes to no end"
  status=0
  EPOCHS=4 timeout -s KILL "$(awk "BEGIN { print 0.05 + 0.03 * $tries }")" sh -c 'setsid --wait "$0" c.nvs killed >log 2>&1 & trap "" TERM; wait $!' "$train" 2>/dev/null || status=$?
  # timeout has killed the shell alone: the training is a group of its own.
  [ ! -e killed/.group ] || :
done
for name in 4.safetensors best.safetensors train.nvs val.nvs 0.safetensors; do assert_equal_files whole/$name killed/$name; done
assert_equal "$(cat killed/*.jsonl | jq -c 'del(.seconds, .windows_per_second)')" "$(cat whole/*.jsonl | jq -c 'del(.seconds, .windows_per_second)')"
finish
