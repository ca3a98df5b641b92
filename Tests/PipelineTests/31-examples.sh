# The examples do what they say.
. "$here/lib.sh"
small=$data/wiki_small_f16.npz
for example in sweep-by-length.sh shards.sh compare-recipes.sh; do
  try "'$root/examples/$example' --help"
  assert_status 0
  assert_no_errors
  try "'$root/examples/$example'"
  assert_status 64
done
head -c 500000 "$small" >cut.npz

# By length: every window is in one third, and the thirds make up the whole.
try "'$root/examples/sweep-by-length.sh' copy-last '$small' thirds.jsonl"
assert_status 0
assert_equal "$(grep -cE '^ *(short|middle|long) ' out)" 3
npz-read "$small" | seq-build | model-predict --model copy-last | offset-sweep --articles "$small" >whole.json
assert_equal "$(jq -cs '[(map(.windows) | add), ((map(.mean_cos * .windows) | add) * 1000000 / (map(.windows) | add) | round)]' thirds.jsonl)" \
  "$(jq -c '[.windows, (.mean_cos * 1000000 | round)]' whole.json)"
assert_equal "$(jq -cs '(map(.articles) == [20, 20, 20]) and .[0].chunks_per_article[1] <= .[1].chunks_per_article[0]
  and .[1].chunks_per_article[1] <= .[2].chunks_per_article[0]' thirds.jsonl)" true
try "'$root/examples/sweep-by-length.sh' copy-last cut.npz"
assert_status 65
assert_no_output
npz-read "$small" --only 0-1 | npz-write two.npz
try "'$root/examples/sweep-by-length.sh' copy-last two.npz"
assert_status 65
assert_no_output
assert_one_error 'expected 3 articles or more, found 2'

# Shards: windows and predictions, of models with parameters too.
model-init --arch lstm --dim 384 --ctx 5 --hidden 16 --layers 1 --out lstm.safetensors >/dev/null
model-init --arch transformer --dim 384 --ctx 5 --width 64 --layers 2 --out transformer.safetensors >/dev/null
for model in context-mean lstm.safetensors transformer.safetensors; do
  try "SHARDS=3 MODEL=$model '$root/examples/shards.sh' '$small' merged.nvs"
  assert_status 0
  grep -q '^The digests agree' out || fail 'the digests agree'
  grep -q '^The predictions agree: none differs by more than [0-9]' out || fail 'the predictions agree'
  grep -q '^The sweep of the merged predictions is that of the whole' out || fail 'the sweeps agree'
  assert_equal "$(digests merged.nvs)" "$(npz-read "$small" | seq-build | digests)"
done
rm merged.nvs
try "'$root/examples/shards.sh' cut.npz merged.nvs"
assert_status 65
assert_absent merged.nvs

# Names with spaces and a leading dash, from another folder, whatever CDPATH says.
mkdir odd
npz-read "$small" --only 0-5 | npz-write odd/copy.npz
mv odd/copy.npz 'odd/-odd name.npz'
try "cd odd && CDPATH=/:$root MODEL=copy-last '$root/examples/shards.sh' './-odd name.npz' './-merged windows.nvs'"
assert_status 0
assert_equal "$(digests 'odd/-merged windows.nvs')" "$(npz-read './odd/-odd name.npz' | seq-build | digests)"
try "cd odd && CDPATH=/:$root '$root/examples/sweep-by-length.sh' copy-last '-odd name.npz' '-thirds.jsonl'"
assert_status 0
assert_lines 3 odd/-thirds.jsonl

# Behind a gate: no training on data that fail, and the failed gate is named. Made again, nothing is trained again.
gated="make -f '$root/examples/gated-training.mk'"
vec-synth --process rotation --articles 40 --chunks 14 --dim 8 | npz-write synth.npz
MODEL='--hidden 12 --layers 1' ARCH=lstm CTX=3 EPOCHS=1 CAT=0
export MODEL ARCH CTX EPOCHS CAT
settings='ARCH=lstm CTX=3 EPOCHS=1'
try "$gated DATA='$small' RUN=small $settings"
assert_status 2
grep -q '^temporal_signal: .* asked: FAIL$' out || fail 'the gate is named'
assert_absent small/train small/data.passed
try "$gated DATA=synth.npz RUN=synth $settings GATES='--min-coherence 0.1 --min-signal 0.01'"
assert_status 0
assert_equal "$(grep -c '^epoch 1: ' out)" 1
assert_exists synth/train/best.safetensors
try "$gated DATA=synth.npz RUN=synth $settings GATES='--min-coherence 0.1 --min-signal 0.01'"
assert_status 0
assert_equal "$(grep -c '^epoch' out)" 0
# Asked for more, the same data fail.
try "$gated DATA=synth.npz RUN=synth $settings GATES='--min-coherence 0.999'"
assert_status 2
assert_absent synth/data.passed
try "$gated DATA=cut.npz RUN=cut $settings"
assert_status 2
assert_absent cut/data.json cut/train
try "$gated"
assert_status 2
grep -qF 'DATA=FILE.npz and RUN=FOLDER are needed' err || fail 'what is needed'
try "$gated help"
assert_status 0

# Side by side: of two names for one recipe, every figure is the same.
cp "$root/pipelines/recipes/p6b-v2.1.json" one.json
cp one.json two.json
try "FORCE=1 EPOCHS=2 HORIZON=2 ABLATIONS=shuffle '$root/examples/compare-recipes.sh' synth.npz one.json two.json kept"
assert_status 0
assert_equal "$(awk '/^[12] +-?[0-9]/ && NF == 7 && $2 == $5 && $3 == $6 && $4 == $7' out | wc -l)" 2
assert_equal "$(sed -nE 's/^([A-E] .* (VAL|OOD)|verdict) +//p' out | awk 'NF == 2 && $1 == $2' | wc -l)" 13
assert_equal "$(tail -n 1 kept/one.5cat.jsonl | jq -r '"\(.label) \(.verdict)"')" "one $(awk '$1 == "verdict" { print $2 }' out)"
try "'$root/examples/compare-recipes.sh' synth.npz one.json one.json"
assert_status 64
try "'$root/examples/compare-recipes.sh' synth.npz one.json absent"
assert_status 66
finish
