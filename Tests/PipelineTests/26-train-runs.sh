# Training in folders and from files of any name, by any recipe, behind the gates of a stage; interrupted, and started twice.
. "$here/lib.sh"
vec-synth --process rotation --articles 30 --chunks 14 --dim 8 -o c.nvs
MODEL='--hidden 8 --layers 1' ARCH=lstm CTX=3 CAT=0 EPOCHS=1
export MODEL ARCH CTX CAT EPOCHS
train=$root/pipelines/train
same() {
  for name in train.nvs val.nvs ood.nvs 0.safetensors "$EPOCHS.safetensors" best.safetensors; do assert_equal_files "plain/$name" "$1/$name"; done
}

try "'$train' c.nvs plain"
assert_status 0
assert_no_errors

# Names, and what a caller's environment may hold.
mkdir 'with space' elsewhere
cp c.nvs 'with space/my chunks.nvs'
cp c.nvs ./-c.nvs
try "CDPATH=/usr:elsewhere MAKEFLAGS=-n FILE=x RECIPE_NAME=y '$train' 'with space/my chunks.nvs' 'runs of mine/first run'"
assert_status 0
same 'runs of mine/first run'
assert_equal "$(tail -n 1 out | sed 's/.*: //')" 'runs of mine/first run/best.safetensors'
try "'$train' -c.nvs -run"
assert_status 0
same ./-run
ln -s "$root" tree
try "cd elsewhere && CDPATH=.. ../tree/pipelines/train ../with*/my*.nvs ../by-link"
assert_status 0
same by-link
# However a file is written, it is the same file.
try "'$train' ./elsewhere/../c.nvs plain"
assert_status 0
try "ARCH=lstm RECIPE=p1-baseline SEED=17 '$train' '$tmp/c.nvs' plain"
assert_status 0
try "RECIPE=p2-residual '$train' c.nvs plain"
assert_status 64
assert_one_error 'plain was started with RECIPE=p1-baseline, found RECIPE=p2-residual'

# What recipe-info prints is the recipe: it trains to the same bytes, and a file may be anywhere.
recipe-info p1-baseline >'with space/whole.json'
try "RECIPE='with space/whole.json' '$train' c.nvs whole"
assert_status 0
same whole
assert_equal_files 'with space/whole.json' whole/recipe.json
# The run has a copy.
rm 'with space/whole.json'
try "RECIPE='with space/whole.json' EPOCHS=2 '$train' c.nvs whole"
assert_status 0
# Interrupted before its settings were kept, it has no recipe yet.
mkdir early
recipe-info p6-next -o early/recipe.json
try "'$train' c.nvs early"
assert_status 0
same early

# Words that are none.
for setting in CAT=few FORCE=yes EPOCHS=0 EPOCHS=two SEED=x BATCH=1e3 CTX=-3; do
  try "$setting '$train' c.nvs wrong"
  assert_status 64
  assert_one_error "${setting%%=*}=${setting#*=}: expected"
  assert_absent wrong/settings.json.tmp wrong/*.safetensors
  rm -rf wrong
done
try "'$train' absent.nvs wrong"
assert_status 66
try "'$train' c.nvs c.nvs"
assert_status 73

# Data that fail a gate are not trained on, unless they are to be.
vec-synth --process ar --rho 0 --articles 30 --chunks 14 --dim 8 -o noise.nvs
try "'$train' noise.nvs noise"
assert_status 1
grep -q 'the data fail a gate: coherence [-0-9.e]*, at least [0-9.]* is required' err || fail 'the gate is named'
assert_absent noise/*.nvs noise/*.safetensors noise/diagnosis.json
try "FORCE=1 '$train' noise.nvs noise"
assert_status 0

# A stage that fails its gates is not followed by the next, whenever it is run; the windows of a stage are its share.
recipe-info p5.1-curriculum | jq '.stages[1].from = 2 | .stages[2].from = 3 | .stages[0].gates = {margin: -1, rollout: -1}
  | .stages[1].gates = {rollout: 0.99}' >stages.json
export EPOCHS=3 RECIPE=stages.json
try "'$train' c.nvs stages"
assert_status 1
grep -qE '^train: stage B failed its gates: rollout [-0-9.e]+, at least 0.99 is required; .*GATES=ignore' err || fail 'the gate is named'
assert_equal "$(grep -c '^epoch' out)" 2
assert_exists stages/stage-0.3.nvs stages/stage-0.7.nvs
assert_absent stages/3.* stages/.*.tmp
try "'$train' c.nvs stages"
assert_status 1
assert_no_output
try "GATES=ignore '$train' c.nvs stages"
assert_status 0
assert_equal "$(grep -c '^epoch' out)" 1
assert_equal "$(jq -s 'map(select(.event == "epoch"))[0].windows' stages/3.jsonl)" "$(stream-info stages/train.nvs | jq .windows)"
unset RECIPE

# A signal ends what the script has started; nothing goes on.
export EPOCHS=500
running() { ps -A -o args= | grep -F "$tmp" | grep -vc grep || :; }
begin() {
  rm -rf "$1"
  # What a shell starts in the background would ignore INT, and so would all that it starts.
  env --default-signal=INT sh -c 'echo $$ >pid; exec "$0" "$@"' "$train" "$tmp/c.nvs" "$tmp/$1" >log 2>&1 &
  child=$!
  waited=0
  while [ ! -e "$1/2.jsonl" ]; do
    waited=$((waited + 1))
    [ $waited -le 200 ] || fail "it trains: $(tail -n 2 log)"
    sleep 0.05
  done
}
for signal in HUP:129 INT:130 TERM:143; do
  begin stopped
  kill -s "${signal%:*}" "$(cat pid)"
  status=0
  wait "$child" || status=$?
  [ $status -eq "${signal#*:}" ] || fail "status ${signal#*:} after ${signal%:*}; it is $status"
  assert_equal "$(running)" 0 'processes that go on'
  last=$(ls stopped)
  sleep 0.3
  assert_equal "$(ls stopped)" "$last"
done

# One training at a time. Killed alone, it can be run again at once: what it leaves running publishes nothing.
begin twice
try "'$train' c.nvs twice"
assert_status 73
assert_one_error 'twice: another training is running here'
kill -s KILL "$(cat pid)"
wait "$child" || :
command="$train c.nvs twice" EPOCHS=$(ls twice | sed -n 's/\.jsonl$//p' | sort -n | tail -n 1)
EPOCHS=$((EPOCHS + 3))
try "'$train' c.nvs twice"
assert_status 0
try "'$train' c.nvs once"
assert_status 0
for name in "$EPOCHS.safetensors" best.safetensors 0.safetensors; do assert_equal_files once/$name twice/$name; done
finish
