# model-predict --ablate: what seq-ablate and model-predict write when piped, for every mode at once, and all outputs appear or none.
. "$here/lib.sh"
[ -x "$tools/model-predict" ] || { echo 'needs model-predict'; exit 77; }

vec-synth --articles 9 --chunks 12 --dim 12 | stream-cat >chunks.nvs
seq-build --ctx 3 --futures 2 --quiet chunks.nvs >windows.nvs
# In order and in none; of two members, the first in order; with counts and weights.
seq-shuffle windows.nvs >shuffled.nvs
vec-synth --articles 4 --chunks 11 --dim 12 --seed 3 | seq-build --ctx 3 --futures 2 --quiet >more.nvs
{ cat more.nvs; seq-shuffle <windows.nvs; } >members.nvs
seq-gate --weak-weight 0.5 --quiet windows.nvs >gated.nvs
modes='shuffle reverse drop-one:0 drop-one:2 repeat-last cross-article'
model-init --arch transformer --dim 12 --ctx 3 --width 16 --heads 2 --layers 2 --out transformer || fail 'a model'
model-init --arch lstm --dim 12 --ctx 3 --hidden 16 --layers 1 --out lstm || fail 'a model'

# meaning FILE: what a stream of predictions is, but for its rows.
meaning() {
  stream-info "$1" | jq -ce '[.kind, .dim, .offset, .ordered, .members, .rows, .windows, .counts, .metadata, .source]'
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
  stream-diff --tolerance 1e-5 "$1" "$2" >difference || fail "the same vectors in $1 and $2: $(cat difference)"
  held
}

# Baselines and recurrent networks give the same bytes; the transformer computes in common what contexts share, and rounds differently.
mkdir piped beside
while IFS='|' read -r windows options equal; do
  for mode in $modes; do
    seq-ablate --seed 5 --mode $mode "$windows" | model-predict --quiet --model $options >piped/$mode || fail "$mode of $windows by $options"
  done
  articles=
  case $options in oracle*) articles='--articles chunks.nvs' ;; esac
  model-predict --quiet --model $options --horizon 3 $articles "$windows" >piped/main || fail 'the windows alone'
  ablate=
  for mode in $modes; do ablate="$ablate --ablate $mode=beside/$mode"; done
  try "model-predict --quiet --model $options --horizon 3 --seed 5 $articles $ablate <$windows >beside/main"
  assert_status 0
  assert_no_errors
  for stream in main $modes; do
    if [ $equal = bytes ]; then assert_equal_files piped/$stream beside/$stream; else same piped/$stream beside/$stream; fi
  done
  assert_equal "$(ls -A beside | wc -l | tr -d ' ')" 7
done <<'T'
windows.nvs|lstm --batch 7|bytes
windows.nvs|transformer --batch 7|figures
windows.nvs|transformer --batch 7 --threads 2 --raw|figures
windows.nvs|linear-extrapolation --batch 5|bytes
windows.nvs|oracle --batch 7|bytes
windows.nvs|copy-last --flush|figures
shuffled.nvs|context-mean|bytes
gated.nvs|context-mean --batch 300|bytes
members.nvs|context-mean --batch 10|bytes
T

# The record is that of the two commands; the main one's does not speak of ablations.
model-predict --model transformer --horizon 3 --batch 7 --ablate shuffle=shuffled.out --ablate reverse=reversed.out -o main.out windows.nvs || fail 'three streams'
assert_equal "$(stream-info --provenance shuffled.out)" "$(stream-info --provenance windows.nvs) | seq-ablate --mode shuffle --seed 17 | model-predict --model transformer --batch 7"
assert_equal "$(stream-info --provenance main.out)" "$(stream-info --provenance windows.nvs) | model-predict --model transformer --horizon 3 --batch 7"
assert_equal "$(stream-info reversed.out | jq -c '.source[-1].files | map(.name)')" '["transformer"]'

# Ablations change nothing in the main stream, whether or not the windows wait for all articles first.
for input in windows.nvs shuffled.nvs members.nvs; do
  model-predict --model context-mean --batch 10 $input >alone.out || fail "$input alone"
  for mode in reverse cross-article; do
    try "model-predict --model context-mean --batch 10 --ablate $mode=ablated.out $input"
    assert_status 0
    assert_equal_files alone.out out
  done
done

# A named pipe is written as it is; a mode may come twice; a file may have a predictor's name.
mkfifo reversed.pipe
stream-cat <reversed.pipe >from-pipe.out &
try 'model-predict --model copy-last --ablate reverse=reversed.pipe --ablate reverse=again.out --ablate shuffle=copy-last windows.nvs'
assert_status 0
wait
assert_equal "$(stream-info from-pipe.out | jq .row_digest)" "$(stream-info again.out | jq .row_digest)"
stream-check --quiet copy-last || fail 'the shuffled windows are predicted'

# Predictions without a length are counted where they are.
text-write chunks.nvs | jq -c 'select(.vector) | .vector = [.vector[] * 0]' | text-read | seq-build --ctx 3 --quiet >zeros.nvs || fail 'windows of zeros'
try "model-predict --model copy-last --ablate reverse=zeros.out zeros.nvs | stream-info"
assert_status 0
assert_equal "$(jq -c '.counts["model-predict:zero_vectors"] == .rows' out)" true
assert_equal "$(stream-info zeros.out | jq -c '.counts["model-predict:zero_vectors"] == .rows')" true
grep -qF 'predictions have length 0' err || fail 'a note'

# What cannot be: nothing appears, under no name.
mkdir none
head -c -64 windows.nvs >cut.nvs
article-select --only 3 chunks.nvs | seq-build --ctx 3 --quiet >one-article.nvs
vec-synth --articles 2 --chunks 3 --dim 12 | seq-build --ctx 3 --quiet >empty.nvs
vec-synth --articles 1 --chunks 5 --dim 16384 | seq-build --ctx 3 --quiet >wide.nvs
vec-synth --articles 2 --chunks 5 --dim 12 | seq-build --ctx 1 --quiet >short.nvs
ln -s lstm link
text-write chunks.nvs | jq -c 'select(.vector) | .vector = [.vector[] * 3e38]' | text-read | seq-build --ctx 3 --quiet >huge.nvs || fail 'huge windows'
while IFS='|' read -r expected input words problem; do
  for end in '-o none/main' '| stream-info'; do
    try "model-predict $words <$input $end"
    case $end in -o*) assert_status "$expected" ;; *) assert_fails ;; esac
    grep -qF -- "$problem" err || fail "words on: $problem"
    assert_equal "$(ls -A none)" '' 'no file'
  done
done <<'T'
65|cut.nvs|--model lstm --batch 7 --ablate reverse=none/a|stdin: 
65|cut.nvs|--model lstm --batch 7 --ablate cross-article=none/a|stdin: 
65|one-article.nvs|--model lstm --ablate reverse=none/a --ablate cross-article=none/b|stdin: all rows are of one article
65|short.nvs|--model copy-last --ablate drop-one:0=none/a|windows of 1 context chunk
65|chunks.nvs|--model lstm --ablate reverse=none/a|expected windows, found chunks
65|empty.nvs|--model lstm --ablate reverse=none/a|stdin: the stream has no windows
65|empty.nvs|--model lstm --ablate cross-article=none/a|stdin: the stream has no windows
65|huge.nvs|--model linear-extrapolation --ablate reverse=none/a|the prediction of step 1 for the window with target article
73|windows.nvs|--model lstm --ablate reverse=none/a --ablate shuffle=none/no/b|none/no/b: cannot be created
64|windows.nvs|--model lstm --ablate drop-one:3=none/a|drop-one:3: expected drop-one:0 to drop-one:2
64|windows.nvs|--model lstm --ablate none/a|--ablate none/a: expected MODE=FILE
64|windows.nvs|--model lstm --ablate upside-down=none/a|--ablate upside-down=none/a: expected MODE=FILE
64|windows.nvs|--model lstm --ablate shuffle=|--ablate shuffle=: expected MODE=FILE
64|windows.nvs|--model lstm --ablate shuffle=-|expected a file to write
64|windows.nvs|--model lstm --ablate shuffle=/dev/stdout|expected a file to write
64|windows.nvs|--model lstm --ablate shuffle=none/a --ablate reverse=none//./a|expected each file once as an output
64|windows.nvs|--model lstm --ablate shuffle=none/../none/a --ablate reverse=none/a|expected each file once as an output
64|windows.nvs|--model lstm --ablate shuffle=./lstm|expected another file than the inputs
64|windows.nvs|--model lstm --ablate shuffle=link|expected another file than the inputs
64|windows.nvs|--model oracle --articles chunks.nvs --ablate shuffle=chunks.nvs|expected another file than the inputs
73|windows.nvs|--model lstm --ablate reverse=none/a --ablate shuffle=none|none: cannot be created
73|windows.nvs|--model lstm --ablate reverse=none/a --ablate shuffle=none/b/|none/b/: expected the name of a file
64|wide.nvs|--model copy-last --batch 65536 --ablate shuffle=none/a|their vectors would take 36 GiB
T
try 'model-predict --model lstm --ablate shuffle=none/a -o none/a <windows.nvs'
assert_status 64
assert_one_error 'expected each file once as an output'
assert_equal "$(ls -A none)" ''
# What was there stays as it was.
echo old >none/a
try 'model-predict --model lstm --ablate shuffle=none/a --ablate reverse=none/b cut.nvs -o none/main'
assert_status 65
assert_equal "$(ls -A none) $(cat none/a)" 'a old'

# Ended from outside, it leaves nothing either: by a signal while it waits for windows, or by a reader that has enough.
rm none/a
mkfifo windows.pipe
model-predict --model copy-last --ablate reverse=none/a --ablate cross-article=none/b -o none/main <windows.pipe 2>err &
pid=$!
exec 3>windows.pipe
head -c 3000 windows.nvs >&3
waited=0
while [ "$(ls -A none | wc -l)" -lt 3 ] && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
[ "$(ls -A none | wc -l)" -eq 3 ] || fail 'three files are begun'
kill -TERM $pid
status=0
wait $pid || status=$?
exec 3>&-
assert_status 143
assert_equal "$(ls -A none)" '' 'no file'
model-predict --model copy-last --batch 1 --flush --ablate reverse=none/a windows.nvs | head -c 64 >/dev/null
assert_equal "$(ls -A none)" '' 'no file'

# The last stage names a fault upstream.
try 'npz-read absent.npz | seq-build | model-predict --model copy-last --ablate cross-article=none/b | stream-info'
assert_status 65
grep -qF 'stream-info: error: upstream npz-read failed (66)' err || fail 'the origin is named'
assert_equal "$(ls -A none)" '' 'no file'
finish
