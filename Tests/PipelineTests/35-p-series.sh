# Every recipe on one split: each is trained and judged once, a rerun goes on where it stopped, and the table has what the verdicts say.
. "$here/lib.sh"
vec-synth --process rotation --articles 40 --chunks 14 --dim 8 --quiet | npz-write synth.npz
FORCE=1 EPOCHS=1 CTX=3 HORIZON=2 ABLATIONS=shuffle TRANSFORMER='--width 16 --layers 1' RECIPES='p1-baseline p6-next p9-residual-mean' SPLIT=train=0.6,val=0.2,ood=0.2
export FORCE EPOCHS CTX HORIZON ABLATIONS TRANSFORMER RECIPES SPLIT root
series="'$root/pipelines/p-series'"
try "$series synth.npz runs"
assert_status 0
assert_equal "$(grep -c '^epoch 1: ' out)" 3
assert_equal "$(cd runs && echo *)" 'calibration-1.jsonl calibration-2.jsonl p1-baseline p6-next p9-residual-mean table.txt'
assert_equal "$(model-info runs/p1-baseline/best.safetensors | jq -c '[.width, .layers]')" '[16,1]'
assert_equal "$(cd runs && for run in p*; do tail -n 1 "$run/verdict.jsonl" | jq -r '[.label, (.skill.VAL.cosine.value * 1e4 | round / 1e4)] | "\(.[0]) \(.[1])"'; done)" \
  "$(sed -n '/^VAL/,/^$/p' runs/table.txt | awk '/^  p/ { print $1, $2 + 0 }')"
# The split is the same for all that have the same windows.
assert_equal_files runs/p1-baseline/val.nvs runs/p9-residual-mean/val.nvs
cp runs/table.txt before
cp -R runs/p9-residual-mean kept
rm -rf runs/p9-residual-mean
try "$series synth.npz runs"
assert_status 0
assert_equal "$(grep -c '^epoch 1: ' out)" 1
assert_equal_files before runs/table.txt
assert_equal_files kept/best.safetensors runs/p9-residual-mean/best.safetensors
# One epoch more changes what is judged.
try "RECIPES=p9-residual-mean EPOCHS=2 $series synth.npz runs"
assert_status 0
assert_equal "$(tail -n 1 runs/p9-residual-mean/verdict.jsonl | jq .skill.VAL.cosine.value)" \
  "$(jq -s 'map(select(.tool == "ablation-eval" and .label == "VAL"))[0].base_cos' runs/p9-residual-mean/verdict.jsonl)"
while read -r expected words; do
  try "$series $words"
  assert_status "$expected"
done <<'T'
64 synth.npz
66 absent.npz runs
0 --help
T
try "RECIPES=absent $series synth.npz other"
assert_status 66
assert_absent other/table.txt
finish
