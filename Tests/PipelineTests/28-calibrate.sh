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

# With evaluate killed alone there is no verdict, and what it leaves goes too.
FAIL='model-predict HANG'
rm -f calls.hanging
THREADS=1 pipelines/5cat model val.nvs ood.nvs all.nvs >out 2>err &
pid=$!
waited=0
while [ ! -s calls.hanging ] && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
stage=$(cat calls.hanging)
read -r _ _ _ evaluate _ <"/proc/$stage/stat"
kill -KILL "$evaluate"
status=0
wait $pid || status=$?
kill "$stage"
assert_status 137
assert_no_output
grep -qF '5cat: error: VAL: evaluate failed (137)' err || fail '5cat names evaluate'
assert_equal "$(ls scratch)" '' 'nothing is left'
FAIL=

# Calibration: every predictor on every gate.
five 'pipelines/calibrate val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(jq -r .predictor out | uniq -c | tr -s ' \n' ' ')" ' 10 copy-last 10 context-mean 10 linear-extrapolation 10 oracle '
grep -qF 'note: without TRAIN=WINDOWS there is nothing that is fitted' err || fail 'a note that nothing is fitted'
mv out calibration.jsonl
five 'CALIBRATION=calibration.jsonl pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(tail -n 1 out | jq -c '.calibration.predictors | keys')" '["context-mean","copy-last","linear-extrapolation","oracle"]'
five 'pipelines/calibrate --ridge model --format json val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(jq -r .predictor out | grep -c ridge)" 10
{ cat preamble; echo 'stream-check --quiet >/dev/null || exit 65; for file; do :; done; echo "$*" >>"$CALLS.fitted"; echo fitted >"$file"'; } | stub ridge-fit
npz-write train.npz <val.nvs
for train in val.nvs train.npz; do
  five "TRAIN=$train STRICT=1 CALIBRATION=absent MARGIN=0.05 pipelines/calibrate val.nvs ood.nvs all.nvs --format table"
  assert_status 0
  assert_no_errors
  assert_equal "$(grep -c '^  VAL  *0.0500' out)" 9
  assert_equal "$(calls '^model-predict .*--model nearest .*--train ')" 2
  assert_equal "$(sed 's/ --out.*//' calls.fitted | tr '\n' ',')" \
    '--predictor constant,--predictor slot-weights,--predictor ridge --penalty auto,--predictor slot-weights+ridge --penalty auto,'
  rm calls.fitted
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
