# pipelines/5cat and pipelines/calibrate with the tools themselves: an oracle is fit to be deployed, a copy of the last chunk is not.
. "$here/lib.sh"
[ -x "$tools/model-predict" ] || { echo 'needs model-predict'; exit 77; }

# five COMMAND: tries it, and looks that nothing stays behind.
five() {
  try "$1"
  assert_equal "$(ls scratch)" '' 'nothing is left'
}

wiki=$data/wiki_small_f16.npz
ABLATIONS='shuffle cross-article' TMPDIR=$tmp/scratch
export wiki ABLATIONS TMPDIR
mkdir scratch real real/pipelines
ln -s "$tools" real/bin
cp "$root/pipelines/5cat" "$root/pipelines/evaluate" "$root/pipelines/calibrate" "$root/pipelines/stages.sh" real/pipelines/
for part in val ood; do
  npz-read "$wiki" | article-select --split train=0.4,val=0.3,ood=0.3 --take $part | seq-build --quiet >real-$part.nvs
done
five 'real/pipelines/5cat oracle real-val.nvs real-ood.nvs "$wiki"'
assert_status 0
assert_equal "$(jq -c 'select(.tool == "retrieval-rank") | [.label, .r_at_1, .mrr]' out | tr '\n' ' ')" '["VAL",1,1] ["OOD",1,1] '
assert_equal "$(tail -n 1 out | jq -c '[.verdict, .gates.A.pass, .gates.B.pass, .gates.C.pass, .gates.E.pass]')" '["deploy",true,true,false,true]'
five 'real/pipelines/5cat copy-last real-val.nvs real-ood.nvs "$wiki"'
assert_status 1
assert_equal "$(tail -n 1 out | jq -c '[.verdict, .margin < 0]')" '["do-not-deploy",true]'
# Threads and the form of the windows change no figure; one stage by hand gives the same line.
jq -c 'del(.source, .counts)' out >whole
npz-write real-val.npz <real-val.nvs
five 'THREADS=1 real/pipelines/5cat copy-last real-val.npz real-ood.nvs "$wiki"'
assert_status 1
assert_equal "$(jq -c 'select(.tool == "offset-sweep") | [.label, .margin, .ci95.margin]' out)" \
  "$(jq -c 'select(.tool == "offset-sweep") | [.label, .margin, .ci95.margin]' whole)"
try 'real/bin/model-predict --model copy-last <real-val.nvs | offset-sweep --by-article --label VAL --articles "$wiki"'
assert_equal "$(jq -c 'del(.source, .counts)' out)" "$(head -n 1 whole)"
# Predicted side by side, damaged windows are predicted as they are alone.
for mode in shuffle cross-article; do
  real/bin/seq-ablate --mode $mode <real-val.nvs | real/bin/model-predict --model copy-last >$mode.nvs || fail $mode
done
try 'real/bin/model-predict --model copy-last <real-val.nvs |
  real/bin/ablation-eval --by-article --label VAL --articles "$wiki" --ablated shuffle=shuffle.nvs --ablated cross-article=cross-article.nvs'
assert_equal "$(jq -c 'del(.source, .counts)' out)" "$(grep '"tool":"ablation-eval"' whole | head -n 1)"
# A long context has more ablations than go together: those predicted later are predicted as they are alone too.
vec-synth --process ar --articles 8 --chunks 90 --dim 8 --quiet >long.nvs
article-select --only 0-3 --quiet <long.nvs | seq-build --ctx 70 --quiet >long-val.nvs
article-select --only 4-7 --quiet <long.nvs | seq-build --ctx 70 --quiet >long-ood.nvs
five 'ABLATIONS="drop-one shuffle" real/pipelines/5cat context-mean long-val.nvs long-ood.nvs long.nvs'
assert_status 1
assert_equal "$(jq -c 'select(.tool == "ablation-eval") | [.label, (.drop_one | length)]' out | tr '\n' ' ')" '["VAL",70] ["OOD",70] '
real/bin/seq-ablate --mode shuffle <long-val.nvs | real/bin/model-predict --model context-mean >shuffle.nvs || fail shuffle
real/bin/seq-ablate --mode drop-one:69 <long-val.nvs | real/bin/model-predict --model context-mean >dropped.nvs || fail dropped
last=$(jq -c 'select(.tool == "ablation-eval" and .label == "VAL") | [.deltas.shuffle, .drop_one["69"]]' out)
try 'real/bin/model-predict --model context-mean <long-val.nvs |
  real/bin/ablation-eval --articles long.nvs --ablated shuffle=shuffle.nvs --ablated drop-one:69=dropped.nvs'
assert_equal "$(jq -c '[.deltas.shuffle, .drop_one["69"]]' out)" "$last"
# Beside the others, a copy of the last chunk scores what it scores.
five 'real/pipelines/calibrate real-val.nvs real-ood.nvs "$wiki"'
assert_status 0
mv out calibration.jsonl
five 'CALIBRATION=calibration.jsonl real/pipelines/5cat copy-last real-val.nvs real-ood.nvs "$wiki"'
assert_status 1
assert_equal "$(tail -n 1 out | jq '[.gates] == [.calibration.predictors["copy-last"].gates]')" true
five 'real/pipelines/5cat absent.safetensors real-val.nvs real-ood.nvs "$wiki"'
assert_fails
assert_no_output
[ $status -ge 64 ] || fail 'a model that is not there is no verdict'
finish
