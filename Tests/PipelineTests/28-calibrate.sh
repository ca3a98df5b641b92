# pipelines/5cat ended from outside, and pipelines/calibrate, around tools that are told what to say.
. "$here/lib.sh"
. "$here/stubs.sh"
ABLATIONS=shuffle
export ABLATIONS

# Ended from outside, it ends its stages and takes its files along.
# A shell's background jobs do not hear SIGINT; Python lets them hear it again.
run() { exec "$@"; }
signals='TERM HUP'
if python3 -c '' 2>/dev/null; then
  signals='TERM HUP INT'
  run() { exec python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])' "$@"; }
fi
for case in $(for signal in $signals; do echo $signal:model-predict $signal:rollout-eval; done); do
  signal=${case%:*} FAIL="${case#*:} HANG"
  rm -f calls.hanging
  run pipelines/5cat model val.nvs ood.nvs all.nvs >out 2>err &
  pid=$!
  waited=0
  while [ ! -s calls.hanging ] && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
  [ -s calls.hanging ] || fail 'a stage hangs'
  status=0
  kill -$signal $pid
  wait $pid || status=$?
  [ $status -gt 128 ] || fail "$signal ends it; status $status"
  [ ! -s out ] || fail 'no output'
  assert_equal "$(ls scratch)" '' 'nothing is left'
  ! kill -0 "$(cat calls.hanging)" 2>/dev/null || fail 'the stage goes on'
  held
done
FAIL=

# Calibration: every predictor on every gate.
five 'pipelines/calibrate val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(jq -r .predictor out | uniq -c | tr -s ' \n' ' ')" ' 10 copy-last 10 context-mean 10 linear-extrapolation 10 oracle '
grep -qF 'note: ridge is left out' err || fail 'a note that ridge is left out'
mv out calibration.jsonl
five 'CALIBRATION=calibration.jsonl pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(tail -n 1 out | jq -c '.calibration.predictors | keys')" '["context-mean","copy-last","linear-extrapolation","oracle"]'
five 'pipelines/calibrate --ridge model --format json val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(jq -r .predictor out | grep -c ridge)" 10
assert_no_errors
{ cat preamble; echo 'stream-check --quiet >/dev/null && echo "$2" >>"$CALLS.fitted" && echo ridge >"$2"'; } | stub ridge-fit
npz-write train.npz <val.nvs
for train in val.nvs train.npz; do
  five "TRAIN=$train STRICT=1 CALIBRATION=absent MARGIN=0.05 pipelines/calibrate val.nvs ood.nvs all.nvs --format table"
  assert_status 0
  assert_equal "$(grep -c '^  VAL  *0.0500' out)" 5
  grep -qF '  A  even the oracle fails' out || fail 'marks'
  held
done
FAIL='rollout-eval:VAL 65'
five 'pipelines/calibrate val.nvs ood.nvs all.nvs'
assert_status 65
assert_no_output
FAIL='ridge-fit 65'
five 'TRAIN=val.nvs pipelines/calibrate val.nvs ood.nvs all.nvs'
assert_status 65
assert_no_output
finish
