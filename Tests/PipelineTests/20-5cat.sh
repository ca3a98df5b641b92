# pipelines/5cat around tools that are told what to say: who is asked what, what is printed, which status comes of it, and what stays behind. Its
# figures have tests of their own.
. "$here/lib.sh"
. "$here/stubs.sh"

# Ten reports, and the verdict as the last line; for each split one run that predicts, every ablation beside the windows themselves.
five 'pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 0
assert_no_errors
assert_lines 11 out
assert_equal "$(jq -rs 'map(.tool + " " + (.label // "-")) | join(",")' out)" \
  'offset-sweep VAL,retrieval-rank VAL,ablation-eval VAL,rollout-eval VAL,bins-eval VAL,offset-sweep OOD,retrieval-rank OOD,ablation-eval OOD,rollout-eval OOD,bins-eval OOD,gate-verdict -'
assert_equal "$(tail -n 1 out | jq -r .verdict)" deploy
assert_equal "$(head -n 10 out | jq -c .windows | uniq)" "$(stream-info val.nvs | jq .windows)"
assert_equal "$(calls '^model-predict')" 2
assert_equal "$(calls '^model-predict --progress never --model model --horizon 5 --batch 128 --seed 17 --ablate ')" 2
ablations='shuffle reverse drop-one:0 drop-one:1 drop-one:2 repeat-last cross-article '
for line in 1 2; do
  assert_equal "$(grep model-predict calls | sed -n ${line}p | tr ' ' '\n' | sed -n 's|^\([^=/]*\)=/.*/\1$|\1|p' | tr '\n' ' ')" "$ablations"
done
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
assert_equal "$(calls '--seed 5')" "$(($(calls '--label') + $(calls '^model-predict')))"
assert_equal "$(cut -d ' ' -f 1 calls | sort -u)" 2
for threads in 1:1 2:1 3:1 8:4; do
  five "THREADS=${threads%:*} ABLATIONS=shuffle pipelines/5cat oracle val.nvs ood.nvs all.nvs"
  assert_status 0
  assert_equal "$(cut -d ' ' -f 1 calls | sort -u)" "${threads#*:}" threads
  assert_equal "$(calls '^model-predict .* --articles all.nvs --ablate ')" 2
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
for failing in 'model-predict 65' 'model-predict 1' 'model-predict KILL' 'offset-sweep:OOD 65' 'retrieval-rank:VAL 74' 'ablation-eval:OOD 1' 'rollout-eval:VAL 65' \
  'bins-eval:OOD 66' 'ablation-eval:VAL KILL'; do
  FAIL=$failing
  five 'pipelines/5cat model val.nvs ood.nvs all.nvs'
  expected=${failing##* }
  case $expected in 1) expected=70 ;; KILL) expected=137 ;; esac
  assert_status $expected
  assert_no_output
  grep -q "^evaluate: error: [VO][AO][LD]: ${failing%%[: ]*} failed ($(case $failing in *KILL) echo 137 ;; *) echo "${failing##* }" ;; esac))$" err || fail "evaluate names $failing"
  grep -q "^5cat: error: [VO][AO][LD]: evaluate failed ($expected)$" err || fail "5cat names the split of $failing"
  held
done
FAIL=
mkdir a=b
five 'TMPDIR=a=b pipelines/5cat model val.nvs ood.nvs all.nvs'
assert_status 0
assert_equal "$(ls a=b)" ''
# Names may begin with a dash.
cp val.nvs ./-val.nvs
cp ood.npz ./-ood.npz
cp all.nvs ./-all.nvs
five 'cat ./-val.nvs | WINDOWS=9 pipelines/5cat -model - -ood.npz -all.nvs'
assert_status 0
five 'pipelines/5cat -model -val.nvs -ood.npz -all.nvs'
assert_status 0
assert_equal "$(calls '^model-predict .*--model ./-model')" 2
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
66 WINDOWS=3 pipelines/5cat model val.nvs absent.npz all.nvs
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
73 TMPDIR=absent pipelines/5cat model val.nvs ood.nvs all.nvs
64 ABLATIONS=upside-down pipelines/5cat model val.nvs ood.nvs all.nvs
64 pipelines/calibrate val.nvs ood.nvs
64 pipelines/calibrate --rigde x val.nvs ood.nvs all.nvs
66 pipelines/calibrate absent.nvs ood.nvs all.nvs
T

for pipeline in 5cat evaluate calibrate; do
  five "pipelines/$pipeline --help"
  assert_status 0
  assert_no_errors
  grep -q "^Usage: pipelines/$pipeline " out || fail "the help of $pipeline"
  five "pipelines/$pipeline"
  assert_status 64
  assert_no_output
done
finish
