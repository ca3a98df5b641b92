# Figures do not depend on the length of vectors, whatever their squares do in single precision; and no model holds a NaN.
. "$here/lib.sh"
needs_numpy

python3 - <<'P' || fail "the files are made"
import numpy as np
r = np.random.default_rng(1)
rows = np.cumsum(r.normal(size=(20, 12, 8)), axis=1).reshape(-1, 8)
rows /= np.linalg.norm(rows, axis=1, keepdims=True)
for name, scale in ("one", 1), ("tiny", 1e-9), ("dust", 1e-30), ("large", 1e20), ("huge", 1e37):
    np.savez(name, vectors=(rows * scale).astype(np.float32), article_ids=np.repeat(np.arange(20), 12))
P

# same A B FIELD…: the JSON figures agree to six digits.
same() {
  first=$1 second=$2
  shift 2
  for field; do
    jq -n --slurpfile a "$first" --slurpfile b "$second" \
      "[(\$a | last | $field), (\$b | last | $field)] | (.[0] - .[1]) as \$d | (.[0] | type) == \"number\" and \$d < 1e-6 and \$d > -1e-6" >equal
    [ "$(cat equal)" = true ] || fail "$second: $field as in $first"
    held
  done
}

model-init --arch lstm --dim 8 --hidden 8 --layers 1 --out lstm.safetensors
for name in one tiny dust large huge; do
  npz-read $name.npz >$name.nvs
  seq-build --quiet $name.nvs >$name.windows
  ridge-fit --out $name.ridge $name.windows >ridge.json.$name || fail "ridge-fit of $name"
  same ridge.json.one ridge.json.$name .mean_cos .r2
  for model in copy-last context-mean linear-extrapolation ./$name.ridge; do
    kind=${model##*.}
    model-predict --model $model --horizon 2 $name.windows >$name.$kind.nvs || fail "model-predict of $name"
    offset-sweep --articles $name.npz $name.$kind.nvs >sweep.$kind.$name || fail "offset-sweep of $name"
    rollout-eval --articles $name.npz $name.$kind.nvs >rollout.$kind.$name || fail "rollout-eval of $name"
    retrieval-rank --articles $name.npz $name.$kind.nvs >rank.$kind.$name || fail "retrieval-rank of $name"
    bins-eval --articles $name.npz $name.$kind.nvs >bins.$kind.$name || fail "bins-eval of $name"
    same sweep.$kind.one sweep.$kind.$name .margin '.offsets["1"]'
    # The second step's context holds a unit vector beside vectors of other lengths: only copy-last does not mind.
    [ $kind != copy-last ] || same rollout.$kind.one rollout.$kind.$name .mean_cos
    same rank.$kind.one rank.$kind.$name .r_at_1 .mrr
    same bins.$kind.one bins.$kind.$name .high.mean_cos
  done
  direction-diagnose --no-gate $name.windows >diagnose.$name
  same diagnose.one diagnose.$name .coherence .temporal_signal
  narrative-delta $name.windows >delta.$name || [ $? -eq 1 ] || fail "narrative-delta of $name"
  same delta.one delta.$name .mean_delta
  # What train-step says of its model is what the model's predictions give.
  train-step --recipe p1-baseline --lr 0 --quiet --model lstm.safetensors --out $name.safetensors --val $name.windows $name.windows >lines.$name ||
    fail "train-step of $name"
  model-predict --model ./$name.safetensors $name.windows | offset-sweep --offsets 0:1 --articles $name.npz >trained.$name
  jq '{mean_cos: (.val.cos_next)}' lines.$name | tail -n 3 >scores.$name
  same trained.$name scores.$name .mean_cos
done
# Ranks too are those of the twin: a recipe that leaves the model as it is, with the same model for all lengths.
for name in tiny dust; do
  same lines.tiny lines.$name .val.r_at_5 .val.cos_next
done
same lines.large lines.huge .val.r_at_5 .val.cos_next
# A note, where training goes on although it can learn nothing.
try 'train-step --recipe p1-baseline --model lstm.safetensors --out noted.safetensors large.windows'
assert_status 0
grep -q 'note: large.windows: recipes are made for vectors of length 1, these have a mean of 1.*e+20: npz-read --normalize makes it 1' err ||
  fail 'the note on the length'

# Models whose parameters are at the edge of single precision, and beyond it.
python3 - <<'P' || fail "the models are made"
import json, struct
import numpy as np
data = open("lstm.safetensors", "rb").read()
start = 8 + struct.unpack("<Q", data[:8])[0]
values = np.frombuffer(data[start:], np.float32)
for name, new in ("up", np.full_like(values, 3.3e38)), ("down", np.full_like(values, -3.3e38)):
    open(name, "wb").write(data[:start] + new.tobytes())
for name, value in ("nan", np.nan), ("inf", np.inf):
    new = values.copy()
    new[7] = value
    open(name, "wb").write(data[:start] + new.tobytes())
P
for line in 'model-average --outer nesterov --lr 10 --base up down' 'train-step --recipe p1-baseline --model up one.windows'; do
  try "$line --out edge"
  assert_status 65
  [ ! -e edge ] || fail "no model is left by $line"
  [ "$(grep -c error: err)" -eq 1 ] || fail 'one line'
done
try 'model-average --outer nesterov --lr 10 --base up down --out edge'
assert_one_error 'lstm.weight_ih_l0: expected finite numbers to write, found -inf at entry 0'
for model in nan inf; do
  for line in "model-predict --model ./$model one.windows" "model-average --out edge $model" \
    "train-step --recipe p1-baseline --model $model --out edge one.windows"; do
    try "$line"
    assert_status 65
    assert_one_error "$model: lstm.weight_ih_l0: expected finite numbers, found $model at entry 7"
    [ ! -e edge ] || fail "no model is left by $line"
  done
done
finish
