# The whole flow runs through whatever its answers, and what it says is what its reports say.
. "$here/lib.sh"
quickstart=$root/pipelines/quickstart
vec-synth --process rotation --articles 40 --chunks 14 --dim 8 | npz-write synth.npz
FILE=synth.npz ARCH=lstm MODEL='--hidden 12 --layers 1' EPOCHS=2 CTX=3 HORIZON=2 ABLATIONS=shuffle CAT=0
export FILE ARCH MODEL EPOCHS CTX HORIZON ABLATIONS CAT

# go RUN_DIR: as try, with the time that a busy machine may need.
go() {
  command="pipelines/quickstart $1" status=0
  timeout 100 sh "$quickstart" "$1" >out 2>err || status=$?
}

# A folder of somebody else's is left alone.
mkdir other
echo precious >other/notes
go other
assert_status 73
assert_one_error 'other: holds something that no quickstart has made'
assert_equal "$(ls -A other)" notes

go run
assert_status 0
assert_equal "$(grep -c '^[1-5]\. ' out)" 5
assert_equal "$(grep -c '^epoch [12]: ' out)" 2
for name in diagnosis.json arrow.json verdict.txt train/best.safetensors; do assert_exists run/$name; done
assert_lines 90 run/calibration.jsonl
assert_lines 11 run/verdict.jsonl
assert_equal "$(tail -n 1 run/verdict.jsonl | jq -c '.calibration.predictors | keys')" \
  '["constant","context-mean","copy-last","linear-extrapolation","nearest","oracle","ridge","slot-weights","slot-weights+ridge"]'
assert_equal "$(tail -n 1 run/verdict.jsonl | jq -c '.skill.OOD | keys')" \
  '["cosine","margin","mrr","normal","r_at_1","r_at_1_without_context","r_at_5","r_at_5_without_context","rollout"]'
grep -q '^Better than .*, the best without training? Cosine ' out || fail 'the verdict leads with skill'

# said TEXT: a line of what follows.
said() {
  grep '^   => ' out | grep -qF -- "$1" || fail "it says: $1"
  held
}
passes=$(jq .pass run/diagnosis.json)
if [ "$passes" = true ]; then said 'Every gate passes'; else said 'Not every gate passes'; fi
if [ "$(jq .arrow run/arrow.json)" = true ]; then said 'Yes, beyond chance'; else said 'None is found'; fi
said "$(tail -n 1 run/verdict.jsonl | jq -r '"\(.verdict): \(.passed) of 5 gates"')"
best=$(jq -r 'select(.tool == "ablation-eval" and .label == "VAL" and .predictor != "oracle") | "\(.base_cos) \(.predictor)"' run/calibration.jsonl | sort -n | tail -n 1)
said "${best#* } is the one to beat"
# The verdict's table, without those of single gates, which are in the file.
assert_equal "$(grep -c '^[A-E], ' out)" 0
[ "$(grep -c '^[A-E], ' run/verdict.txt)" -ge 5 ] || fail 'the gates of every predictor in verdict.txt'
grep -qE '^verdict +(do-not-)?deploy$' out || fail 'the verdict in the table'

# A stage that fails ends it, and what an earlier one left is gone: no old verdict on other data.
head -c 9000 synth.npz >cut.npz
FILE=cut.npz
go run
assert_fails
[ "$status" -ne 1 ] || fail 'a status that is no answer'
assert_absent run/verdict.jsonl run/verdict.txt run/train run/diagnosis.json
FILE=absent.npz
go run
assert_status 66
FILE=synth.npz RECIPE=absent
export RECIPE
go run
assert_status 66
assert_absent run/verdict.jsonl run/calibration.jsonl
try "'$quickstart' --help && '$quickstart' a b"
assert_status 64
finish
