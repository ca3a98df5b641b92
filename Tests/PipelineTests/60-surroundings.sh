# What the system around a tool withholds: /proc, memory, threads; and what it sends: SIGQUIT, SIGXFSZ, a file that shrinks.
. "$here/lib.sh"
small=$data/wiki_small_f16.npz
npz-read "$small" >chunks.nvs
seq-build --quiet <chunks.nvs >windows.nvs
model-predict --model copy-last windows.nvs >predictions.nvs
export OPENBLAS_NUM_THREADS=2

# Arguments do not come from /proc.
if unshare -m true 2>/dev/null; then
  try "unshare -m sh -c 'umount -l /proc; seq-build --offset 2 --quiet <chunks.nvs' | stream-info"
  assert_status 0
  assert_equal "$(jq .offset out)" 2
  try "unshare -m sh -c 'umount -l /proc; seq-build --bogus <chunks.nvs'"
  assert_status 64
  assert_one_error 'unknown flag --bogus'
else
  echo 'no mount namespaces here: tools without /proc are not tried'
fi

# Little memory: done, or one line and status 71, at once. Below 80 MB even the loader of shared libraries may give up.
cat >lines <<'T'
retrieval-rank --articles chunks.nvs predictions.nvs
model-init --arch lstm --dim 384 --ctx 5 --out model.safetensors
model-predict --model ./ridge.safetensors windows.nvs -o again.nvs
ridge-fit --out fitted.safetensors windows.nvs
arrow-test chunks.nvs
seq-build --quiet chunks.nvs -o built.nvs
seq-shuffle windows.nvs -o shuffled.nvs
direction-diagnose windows.nvs
T
ridge-fit --penalty 1 --out ridge.safetensors windows.nvs >report.json
while read -r line; do
  for size in 80000 100000 130000 160000 200000 300000 400000 2000000; do
    try "ulimit -v $size; $line"
    case $status in
      0 | 1) assert_no_errors ;;
      71)
        assert_one_error 'memory'
        assert_no_output
        [ "$size" -lt 2000000 ] || fail 'enough memory at last'
        ;;
      *) fail "status 0, 1 or 71 with ulimit -v $size; it is $status" ;;
    esac
  done
done <lines
# Memory for one thread of two: the bytes of one thread.
OPENBLAS_NUM_THREADS=1 model-predict --model ./ridge.safetensors windows.nvs -o single.nvs
model-predict --model ./ridge.safetensors windows.nvs -o two.nvs
try 'ulimit -v 330000; model-predict --model ./ridge.safetensors windows.nvs -o one.nvs'
assert_status 0
assert_equal_files one.nvs single.nvs
# The stage after it learns of it.
try '(ulimit -v 100000; model-predict --model ./ridge.safetensors windows.nvs) | stream-check'
assert_status 65
grep -qF 'upstream model-predict failed (71)' err || fail 'the last stage names the first'

# All processors are there again once OpenBLAS is loaded: it sees one, so that it starts no threads.
mkfifo windows
model-predict --threads 2 --model ./ridge.safetensors windows >predicted &
pid=$!
exec 8>windows
sleep 0.3
assert_equal "$(grep Cpus_allowed_list "/proc/$pid/status")" "$(grep Cpus_allowed_list /proc/self/status)" 'processors'
cat windows.nvs >&8
exec 8>&-
wait $pid
assert_equal_files predicted two.nvs

# No threads.
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
  chmod a+rx . && chmod a+r ./*
  try "setpriv --reuid=nobody --clear-groups bash -c 'ulimit -u 1; exec \"$tools/model-predict\" --threads 2 --model ./ridge.safetensors windows.nvs'"
  if [ "$status" -ne 126 ]; then
    assert_status 0
    assert_no_errors
    assert_equal_files out two.nvs
  fi
fi

# SIGQUIT ends a tool as SIGTERM does, without the runtime's registers, and its unfinished file goes too.
mkfifo slow
for signal in QUIT TERM; do
  rm -f ended
  command="stream-cat -o ended slow, $signal"
  # A shell's background jobs ignore SIGINT and SIGQUIT; Python lets them have it.
  python3 -c 'import os, signal, sys
signal.signal(signal.SIGQUIT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])' stream-cat -o ended slow 2>err &
  pid=$!
  exec 8>slow
  head -c 300000 chunks.nvs >&8
  tries=0
  while [ -z "$(find . -name '.ended.*')" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -$signal $pid
  status=0
  wait $pid || status=$?
  exec 8>&-
  [ $status -gt 128 ] || fail "$signal ends it; status $status"
  [ ! -s err ] || fail 'nothing on standard error'
  [ -z "$(find . -name '*ended*')" ] || fail 'no file is left'
  held
done

# A limit on the size of files.
export small
# shellcheck disable=SC2016 # try expands it.
for line in 'npz-read "$small" -o limited' 'npz-read "$small" >limited'; do
  rm -f limited
  try "ulimit -f 64; $line"
  assert_status 74
  assert_one_error 'cannot be written: File too large'
done
[ ! -e .limited ] || fail 'no file is left'

# An input that is cut while it is read.
cp "$small" shrinks.npz
python3 - <<'P' >raw.npz || fail 'an .npz that is stored'
import numpy as np, sys
z = np.load("shrinks.npz")
np.savez(sys.stdout.buffer, **{k: (v.astype(np.float32) if k == "vectors" else v) for k, v in z.items()})
P
for file in shrinks.npz raw.npz; do
  cp $file cut.npz
  mkfifo pipe
  (npz-read cut.npz >pipe 2>err; echo $? >left) &
  exec 9<pipe
  head -c 1000 <&9 >/dev/null
  : >cut.npz
  cat <&9 >rest
  exec 9<&-
  wait
  assert_equal "$(cat left)" 74
  assert_one_error 'an input file was changed while it was being read'
  rm pipe
done

# Scripts that start side by side and find what killed ones have left: each succeeds, and nothing is left.
mkdir temporary
export root
# shellcheck disable=SC2016 # sh -c expands it.
starts='here=$root/pipelines; . "$here/stages.sh"; make_work; : >"$work/file"'
for round in 1 2 3 4 5 6 7 8; do
  for dead in 1 2 3 4 5 6 7 8 9; do
    mkdir -p "temporary/script.dead0$dead" "temporary/script.early$dead"
    touch "temporary/script.dead0$dead/.lock" "temporary/script.dead0$dead/windows" "temporary/script.early$dead/.locking"
    touch -d '2 minutes ago' "temporary/script.early$dead"
  done
  started=
  for script in 1 2 3 4 5 6 7 8; do
    TMPDIR=$tmp/temporary sh -c "$starts" script 2>"err.$script" &
    started="$started $!"
  done
  for script in $started; do
    wait "$script" || fail "every script succeeds in round $round"
  done
  cat err.? >err
  assert_no_errors
  [ -z "$(ls temporary)" ] || fail "nothing is left in round $round"
  held
done

# A folder that has no lock yet may be a script's that begins just now.
mkdir temporary/script.begins
TMPDIR=$tmp/temporary sh -c "$starts" script || fail 'it succeeds'
[ -d temporary/script.begins ] || fail 'a folder of less than a minute stays'
held

# A mktemp that prints a path and fails: the path is no temporary folder, and stays.
mkdir precious helpers
printf '#!/bin/sh\necho "%s"\nexit 1\n' "$tmp/precious" >helpers/mktemp
chmod +x helpers/mktemp
# shellcheck disable=SC2016 # try expands it.
try 'here=$root/pipelines; . "$here/stages.sh"; PATH=$PWD/helpers:$PATH; make_work'
assert_status 73
[ -d precious ] || fail 'the path that a failed mktemp printed stays'
held
finish
