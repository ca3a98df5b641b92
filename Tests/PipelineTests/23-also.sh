# model-predict --also: further streams of windows predicted side by side are what they are alone, and all outputs appear or none.
. "$here/lib.sh"
[ -x "$tools/model-predict" ] || { echo 'needs model-predict'; exit 77; }

vec-synth --articles 9 --chunks 12 --dim 12 | stream-cat >chunks.nvs
seq-build --ctx 3 --futures 2 --quiet chunks.nvs >windows.nvs
# With fewer windows, with more of them and other roles, with as many; in order and in none; with counts of their own.
article-select --only 2-4 chunks.nvs | seq-build --ctx 3 --offset 2 --quiet >fewer.nvs
vec-synth --articles 20 --chunks 11 --dim 12 --seed 3 | seq-build --ctx 3 --negatives 2 --quiet >more.nvs
seq-ablate --mode cross-article windows.nvs >crossed.nvs
seq-gate --quiet windows.nvs >gated.nvs
others='fewer more crossed gated'
model-init --arch transformer --dim 12 --ctx 3 --width 16 --heads 2 --layers 2 --out model || fail 'a model'

# meaning FILE: what a stream of predictions is, but for its rows.
meaning() {
  stream-info "$1" | jq -ce '[.kind, .dim, .offset, .ordered, .rows, .windows, .counts, .metadata, .source]'
}

# keys FILE
keys() { text-write "$1" | jq -c 'select(.vector) | [.article, .chunk, .step]'; }

# same FILE FILE: the second is the first but for rounding.
same() {
  assert_equal "$(meaning "$1")" "$(meaning "$2")"
  keys "$1" >keys1
  keys "$2" >keys2
  [ -s keys1 ] || fail "$1 has rows"
  assert_equal_files keys1 keys2
  stream-diff --tolerance 1e-5 "$1" "$2" >diff || fail "the same vectors in $1 and $2: $(cat diff)"
  held
}

mkdir alone beside
for options in 'model --batch 7' 'model' 'model --batch 7 --threads 2 --raw' 'linear-extrapolation --batch 5' 'oracle --batch 7' 'copy-last --flush'; do
  for other in $others; do
    model-predict --quiet --model $options $other.nvs >alone/$other || fail "$other alone"
  done
  articles=
  case $options in oracle*) articles='--articles chunks.nvs' ;; esac
  model-predict --quiet --model $options --horizon 3 $articles windows.nvs >alone/main || fail 'the main one alone'
  also=
  for other in $others; do also="$also --also $other.nvs=beside/$other"; done
  try "model-predict --quiet --model $options --horizon 3 $articles $also <windows.nvs >beside/main"
  assert_status 0
  assert_no_errors
  for stream in main $others; do same alone/$stream beside/$stream; done
  assert_equal "$(ls -A beside | tr '\n' ' ')" 'crossed fewer gated main more '
done

# The record is that of a command for the stream alone, and leads back to its own windows; the main one's does not speak of the others.
model-predict --model model --horizon 3 --batch 7 --also more.nvs=more.out -o main.out windows.nvs || fail 'two streams'
assert_equal "$(stream-info --provenance more.out)" "$(stream-info --provenance more.nvs) | model-predict --model model --batch 7"
assert_equal "$(stream-info --provenance main.out)" "$(stream-info --provenance windows.nvs) | model-predict --model model --horizon 3 --batch 7"
assert_equal "$(stream-info more.out | jq -c '.source[-1] | [.parents, (.files | map(.name))]')" "$(stream-info more.nvs | jq -c '[[.source[-1].id], ["model"]]')"

# Standard input may be a further stream, where the main one is a file.
try "model-predict --model model --horizon 2 --also -=piped -o main.out windows.nvs <fewer.nvs"
assert_status 0
model-predict --model model fewer.nvs >alone/fewer || fail 'fewer alone'
same alone/fewer piped

# Predictions without a length are counted where they are.
# scaled FACTOR: windows over the chunks, each times so much.
scaled() {
  text-write chunks.nvs | jq -c --argjson by "$1" 'select(.vector) | .vector = [.vector[] * $by]' | text-read | seq-build --ctx 3 --quiet
}
scaled 0 >zeros.nvs || fail 'windows of zeros'
try "model-predict --model copy-last --also zeros.nvs=zeros.out windows.nvs | stream-info"
assert_status 0
assert_equal "$(jq -c '.counts["model-predict:zero_vectors"]' out)" null
assert_equal "$(stream-info zeros.out | jq -c '.counts["model-predict:zero_vectors"] == .rows')" true
grep -qF 'predictions have length 0' err || fail 'a note'

# What cannot be: nothing appears, under no name.
mkdir none
head -c -64 more.nvs >cut.nvs
head -c 3000 more.nvs >short.nvs
head -c -64 windows.nvs >main-cut.nvs
seq-build --ctx 4 --quiet chunks.nvs >longer.nvs
vec-synth --articles 2 --dim 10 | seq-build --ctx 3 --quiet >narrower.nvs
vec-synth --articles 2 --chunks 3 --dim 12 | seq-build --ctx 3 --quiet >empty.nvs
vec-synth --articles 1 --chunks 5 --dim 16384 | seq-build --ctx 3 --quiet >wide.nvs
scaled 3e38 >huge.nvs || fail 'windows of huge numbers'
while IFS='|' read -r expected input words problem; do
  for end in '-o none/main' '| stream-info'; do
    try "model-predict $words <$input $end"
    case $end in -o*) assert_status "$expected" ;; *) assert_fails ;; esac
    grep -qF -- "$problem" err || fail "words on: $problem"
    assert_equal "$(ls -A none)" '' 'no file'
  done
done <<'T'
65|windows.nvs|--model model --also fewer.nvs=none/a --also cut.nvs=none/b|cut.nvs: 
65|windows.nvs|--model model --batch 7 --also fewer.nvs=none/a --also short.nvs=none/b|short.nvs: 
65|main-cut.nvs|--model model --batch 7 --also fewer.nvs=none/a|stdin: 
66|windows.nvs|--model copy-last --also fewer.nvs=none/a --also absent.nvs=none/b|absent.nvs: cannot be opened
73|windows.nvs|--model copy-last --also fewer.nvs=none/a --also more.nvs=none/no/b|none/no/b: cannot be created
65|windows.nvs|--model model --also longer.nvs=none/a|longer.nvs: expected windows of 3 context chunks of dim 12, as in stdin, found 4 of dim 12
65|windows.nvs|--model oracle --also narrower.nvs=none/a|narrower.nvs: expected windows of 3 context chunks of dim 12, as in stdin, found 3 of dim 10
65|windows.nvs|--model model --also chunks.nvs=none/a|chunks.nvs: expected sequences, found chunks
65|windows.nvs|--model model --also fewer.nvs=none/a --also empty.nvs=none/b|empty.nvs: the stream has no windows
65|empty.nvs|--model model --also fewer.nvs=none/a|stdin: the stream has no windows
65|windows.nvs|--model linear-extrapolation --also huge.nvs=none/a|huge.nvs: the prediction of step 1 for the window with target article
64|windows.nvs|--model model --also fewer.nvs|--also fewer.nvs: expected WINDOWS=PREDICTIONS
64|windows.nvs|--model model --also fewer.nvs=|--also fewer.nvs=: expected WINDOWS=PREDICTIONS
64|windows.nvs|--model model --also =none/a|--also =none/a: expected WINDOWS=PREDICTIONS
64|windows.nvs|--model model --also -=none/a|expected standard input for one stream
64|windows.nvs|--model model --also /dev/stdin=none/a|expected standard input for one stream
64|windows.nvs|--model model windows.nvs --also /dev/stdin=none/a --also -=none/b|expected standard input for one stream
64|windows.nvs|--model model --also fewer.nvs=-|expected a file to write
64|windows.nvs|--model model --also fewer.nvs=/dev/stdout|expected a file to write
64|windows.nvs|--model model --also fewer.nvs=none/a --also more.nvs=none//./a|expected each file once as an output
64|wide.nvs|--model copy-last --batch 65536 --also wide.nvs=none/a|their vectors would take 40 GiB
T
try 'model-predict --model model --also fewer.nvs=none/a -o none/a <windows.nvs'
assert_status 64
assert_one_error 'expected each file once as an output'
assert_equal "$(ls -A none)" ''
# What was there stays as it was.
echo old >none/a
try 'model-predict --model model --also fewer.nvs=none/a --also cut.nvs=none/b windows.nvs -o none/main'
assert_status 65
assert_equal "$(ls -A none) $(cat none/a)" 'a old'

# A fault upstream of a further stream is named by the last stage.
mkfifo pipe
try 'npz-read absent.npz | seq-build >pipe & model-predict --model copy-last --also pipe=none/b windows.nvs | stream-info'
assert_status 65
grep -qF 'stream-info: error: upstream npz-read failed (66)' err || fail 'the culprit is named'
assert_equal "$(ls -A none)" a
finish
