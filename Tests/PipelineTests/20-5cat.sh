# pipelines/5cat and pipelines/calibrate around tools that are told what to say: who is asked what, what is printed, which status comes of it, and
# what stays behind. Their figures have tests of their own.
. "$here/lib.sh"

mkdir bin pipelines scratch
for tool in "$tools"/*; do ln -s "$(readlink -f "$tool")" bin/; done
cp "$root/pipelines/5cat" "$root/pipelines/calibrate" pipelines/

# stub NAME: a tool that writes its command line to calls, reads its input to the end, and says what it is told. It fails as FAIL says: `NAME
# STATUS`, or `NAME:WORD STATUS` for a command line with that word in it.
stub() {
  rm -f "bin/$1"
  cat >"bin/$1"
  chmod +x "bin/$1"
}
cat >preamble <<'SH'
#!/bin/sh
name=${0##*/}
echo "$OPENBLAS_NUM_THREADS $name $*" >>"$CALLS"
name_of_failure=${FAIL%% *} status=${FAIL##* }
word=
case $name_of_failure in *:*) word=${name_of_failure#*:} ;; esac
case $name:$* in "${name_of_failure%%:*}":*"$word"*)
  [ -z "$FAIL" ] || { case $status in KILL) kill -KILL $$ ;; HANG) cat >/dev/null; echo $$ >"$CALLS.hanging"; exec sleep 60 ;; *)
    echo "$name: error: told to" >&2; exit "$status" ;; esac; } ;;
esac
SH
{ cat preamble; echo 'stream-cat'; } | stub model-predict
for tool in offset-sweep retrieval-rank ablation-eval rollout-eval bins-eval; do
  { cat preamble; cat <<'SH'
windows=$(stream-info | sed 's/.*"windows":\([0-9]*\).*/\1/') || exit 65
label= deltas='"base":0'
for word; do
  case $word in
    VAL | OOD) label=$word ;;
    shuffle=* | reverse=* | drop-one:*=* | repeat-last=* | cross-article=*)
      stream-check --quiet "${word#*=}" || exit 65
      mode=${word%%[:=]*} delta=-0.2
      [ "$mode" != repeat-last ] || delta=0
      case $deltas in *"$mode"*) ;; *) deltas=$deltas,\"$mode\":$delta ;; esac ;;
  esac
done
echo "{\"schema\":\"$name/1\",\"tool\":\"$name\",\"label\":\"$label\",\"source\":[],\"windows\":$windows,\"margin\":${MARGIN:-0.2},
  \"offsets\":{\"1\":0.6},\"r_at_1\":0.7,\"r_at_5\":0.97,\"mrr\":0.85,\"horizon\":5,\"mean_cos\":0.5,
  \"normal\":{\"windows\":5,\"mean_cos\":0.5},\"deltas\":{$deltas}}" | tr -d '\n '
echo
SH
  } | stub "$tool"
done
CALLS=$tmp/calls FAIL=
export CALLS FAIL
TMPDIR=$tmp/scratch
export TMPDIR

vec-synth --articles 12 --chunks 9 --dim 8 | stream-cat >all.nvs
article-select --only 0-5 all.nvs | seq-build --ctx 3 --quiet >val.nvs
article-select --only 6-11 all.nvs | seq-build --ctx 3 --quiet >ood.nvs
echo checkpoint >model

# five COMMAND: tries it, and looks that nothing stays behind.
five() {
  : >calls
  try "$1"
  assert_equal "$(ls scratch)" '' 'nothing is left'
}
calls() { sed 's/^[0-9]* //' calls | grep -c -- "$1" || :; }

# Ten reports, and the verdict as the last line; one pass of predictions for each split, one for each ablation.
five 'pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 0
assert_no_errors
assert_lines 11 out
assert_equal "$(jq -rs 'map(.tool + " " + (.label // "-")) | join(",")' out)" \
  'offset-sweep VAL,retrieval-rank VAL,ablation-eval VAL,rollout-eval VAL,bins-eval VAL,offset-sweep OOD,retrieval-rank OOD,ablation-eval OOD,rollout-eval OOD,bins-eval OOD,gate-verdict -'
assert_equal "$(tail -n 1 out | jq -r .verdict)" deploy
assert_equal "$(head -n 10 out | jq -c .windows | uniq)" "$(stream-info val.nvs | jq .windows)"
assert_equal "$(calls '^model-predict --progress never --model model --horizon 5$')" 2
assert_equal "$(calls '^model-predict --progress never --model model$')" 14
assert_equal "$(head -n 3 out | jq -c 'select(.deltas) | .deltas | keys' | tail -n 1)" '["base","cross-article","drop-one","repeat-last","reverse","shuffle"]'
for words in 'ablation-eval .*--label VAL --articles all.nvs --seed 17 .*--ablated drop-one:2=' 'bins-eval .*--ctx 3 --offset 1' 'retrieval-rank .*--label OOD'; do
  [ "$(calls "$words")" -ge 1 ] || fail "a call of $words"
  held
done
mv out whole
# The same lines come again, and make the same verdict.
try "head -n 10 whole | gate-verdict"
assert_status 0
assert_equal "$(jq -c .gates out)" "$(tail -n 1 whole | jq -c .gates)"

# Exit status 1 is the verdict's alone.
five 'MARGIN=-0.1 pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 1
assert_no_errors
assert_equal "$(tail -n 1 out | jq -r .verdict)" do-not-deploy

# A table where it is asked for; options and settings reach whom they concern.
for form in '--format table' '--format=table'; do
  five "pipelines/5cat model val.nvs ood.nvs all.nvs $form --label wiki"
  assert_status 0
  assert_equal "$(head -n 1 out)" 'gate-verdict: wiki'
done
five 'WINDOWS=7 HORIZON=2 SEED=5 STRICT=1 THREADS=4 ABLATIONS="shuffle reverse drop-one repeat-last cross-article" pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(jq -cs 'map(.windows) | unique' out)" '[null,7]'
assert_equal "$(tail -n 1 out | jq .strict)" true
assert_equal "$(calls '--horizon 2')" 2
assert_equal "$(calls '--seed 5')" "$(calls '--label')"
assert_equal "$(cut -d ' ' -f 1 calls | sort -u)" 2
for threads in 1:1 2:1 3:1 8:4; do
  five "THREADS=${threads%:*} ABLATIONS=shuffle pipelines/5cat oracle val.nvs ood.nvs all.nvs"
  assert_status 0
  assert_equal "$(cut -d ' ' -f 1 calls | sort -u)" "${threads#*:}" threads
  assert_equal "$(calls '^model-predict')" 4
done
five 'ABLATIONS=shuffle STRICT=1 pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 65
assert_no_output
assert_one_error 'deltas.reverse: expected a number'

# From here on one ablation is enough.
ABLATIONS=shuffle
export ABLATIONS

# Windows by another way: standard input, a named pipe, .npz.
npz-write ood.npz <ood.nvs
mkfifo pipe
for way in 'pipelines/5cat model - ood.nvs all.nvs <val.nvs' 'cat val.nvs >pipe & pipelines/5cat model pipe ood.npz all.nvs' \
  'pipelines/5cat model val.nvs ood.nvs - <all.nvs' 'WINDOWS=99 pipelines/5cat model val.nvs - all.nvs <ood.nvs' 'WINDOWS=99 pipelines/5cat model val.nvs ood.npz all.nvs'; do
  five "$way"
  assert_status 0
  assert_equal "$(jq -c 'select(.tool == "rollout-eval") | [.label, .windows]' out | tr '\n' ' ')" '["VAL",36] ["OOD",36] '
done

# A stage that fails gives its status, or 70 where that is 1, and never a verdict.
for failing in 'model-predict 65' 'model-predict 1' 'offset-sweep:OOD 65' 'retrieval-rank:VAL 74' 'ablation-eval:OOD 1' 'rollout-eval:VAL 65' \
  'bins-eval:OOD 66' 'ablation-eval:VAL KILL'; do
  FAIL=$failing
  five 'pipelines/5cat model val.nvs ood.nvs all.nvs'
  expected=${failing##* }
  case $expected in 1) expected=70 ;; KILL) expected=137 ;; esac
  assert_status $expected
  assert_no_output
  grep -q "^5cat: error: .*${failing%%[: ]*} failed" err || fail "5cat names $failing"
  held
done
FAIL=
head -c -64 val.nvs >cut.nvs
seq-build --ctx 500 --quiet all.nvs >none.nvs 2>/dev/null
echo '{}' >broken.jsonl
while read -r expected words; do
  five "$words"
  assert_status $expected
  assert_no_output
  assert_fails
done <<'T'
65 pipelines/5cat model cut.nvs ood.nvs all.nvs
65 pipelines/5cat model val.nvs cut.nvs all.nvs
65 pipelines/5cat model all.nvs ood.nvs all.nvs
65 pipelines/5cat model val.nvs none.nvs all.nvs
66 pipelines/5cat model val.nvs absent.nvs all.nvs
65 WINDOWS=3 pipelines/5cat model val.nvs absent.npz all.nvs
66 pipelines/5cat model absent.npz ood.nvs all.nvs
65 CALIBRATION=broken.jsonl pipelines/5cat model val.nvs ood.nvs all.nvs
64 pipelines/5cat model val.nvs ood.nvs
64 pipelines/5cat model - - all.nvs
64 pipelines/5cat model - ood.nvs - <val.nvs
66 pipelines/5cat model val.nvs ood.nvs absent.nvs
64 pipelines/5cat model val.nvs ood.nvs all.nvs --min-gates 9
64 STRICT=yes pipelines/5cat model val.nvs ood.nvs all.nvs
64 WINDOWS=0 pipelines/5cat model val.nvs ood.nvs all.nvs
64 THREADS=x pipelines/5cat model val.nvs ood.nvs all.nvs
64 ABLATIONS=upside-down pipelines/5cat model val.nvs ood.nvs all.nvs
64 pipelines/calibrate val.nvs ood.nvs
64 pipelines/calibrate --rigde x val.nvs ood.nvs all.nvs
66 pipelines/calibrate absent.nvs ood.nvs all.nvs
T

# Ended from outside, it ends its stages and takes its files along.
# A shell's background jobs do not hear SIGINT; Python lets them hear it again.
run() { exec "$@"; }
signals='TERM HUP'
if python3 -c '' 2>/dev/null; then
  signals='TERM HUP INT'
  run() { exec python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])' "$@"; }
fi
for signal in $signals; do
  FAIL='model-predict HANG'
  rm -f calls.hanging
  run pipelines/5cat model val.nvs ood.nvs all.nvs >out 2>err &
  pid=$!
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s calls.hanging ] && break; sleep 0.1; done
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
