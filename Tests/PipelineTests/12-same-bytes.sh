# The same commands give the same bytes: twice, in another place, another language and another time zone.
. "$here/lib.sh"
cp "$data/wiki_small_f16.npz" wiki.npz
pipeline='npz-read wiki.npz | article-select --split a=0.5,b=0.5 --take a | seq-build --ctx 5 --negatives 2 --seed 3'
try "$pipeline"
assert_status 0
mv out first
try "$pipeline"
assert_equal_files first out
try "$pipeline >via-file && stream-cat via-file | stream-info"
assert_equal "$(digests_of_info <out)" "$(digests first)"
mkdir -p elsewhere/deep
cp wiki.npz elsewhere/deep/
try "cd elsewhere/deep && export LC_ALL=tr_TR.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Tokyo HOME=/nonexistent TMPDIR=. && $pipeline"
assert_equal_files first out
try "env -i PATH=\"\$PATH\" sh -c '$pipeline'"
assert_equal_files first out
try "umask 077; export OPENBLAS_NUM_THREADS=1; ulimit -n 16; $pipeline"
assert_equal_files first out
# Flags that do not bear on the data leave no mark.
try 'npz-read wiki.npz --quiet | article-select --split a=0.5,b=0.5 --take a --progress never | seq-build --ctx 5 --negatives 2 --seed 3 -o third'
assert_status 0
assert_equal_files first third
# Another seed does.
try 'npz-read wiki.npz | seq-build --negatives 2 --seed 4 | stream-info | jq .window_digest; npz-read wiki.npz | seq-build --negatives 2 --seed 5 | stream-info | jq .window_digest'
assert_equal "$(sort -u out | wc -l)" 2

try 'stream-cat first | direction-diagnose --no-gate'
mv out report
try 'stream-cat <first | LC_ALL=de_DE.UTF-8 TZ=America/Lima direction-diagnose --no-gate'
assert_equal_files report out
# No time, host or user in what is written.
if grep -aqF -e "$(date +%Y-)" -e "$(uname -n)" -e "$tmp" first; then fail "nothing of time and place in a stream"; fi
held

for round in 1 2; do
  npz-read wiki.npz | npz-write "$round.npz" || fail npz-write
  npz-read wiki.npz | text-write >"$round.jsonl" || fail text-write
  vec-synth --articles 3 --chunks 30 --dim 16 --seed 5 >"$round.nvs" || fail vec-synth
done
assert_equal_files 1.npz 2.npz
assert_equal_files 1.jsonl 2.jsonl
assert_equal_files 1.nvs 2.nvs
# And back again, to the last bit.
assert_equal "$(npz-read 1.npz | digests)" "$(npz-read wiki.npz | digests)"
assert_equal "$(text-read <1.jsonl | digests)" "$(npz-read wiki.npz | digests)"
# Models and predictions: the same bytes for the same seed and number of threads.
npz-read wiki.npz | seq-build --quiet --ctx 5 >windows.nvs
model-init --arch amn --hidden 64 --dim 384 --ctx 5 --out start.safetensors
for threads in 1 2 3; do
  for time in a b; do
    ridge-fit --threads $threads --penalty 1 --out $time.ridge windows.nvs >$time.json
    train-step --threads $threads --recipe p6b-v2.1 --max-steps 10 --model start.safetensors --out $time.trained windows.nvs >$time.lines 2>$time.notes
    model-predict --threads $threads --model ./$time.trained windows.nvs | text-write | grep vector >$time.predicted
  done
  for kind in ridge json trained predicted; do assert_equal_files a.$kind b.$kind; done
done
finish
