# What the tests of killed processes and failing programs share: copies of the pipelines and examples, in which every program and every
# script that they start is counted and, where FAULT says so, is killed or fails. The scripts themselves are unchanged.
#
# A test defines `scenario`, which runs one script in the current folder; calls `undisturbed`; and then `each_of` for all that may go wrong.
# shellcheck disable=SC2154 # lib.sh sets them.

mkdir repo repo/bin repo/pipelines repo/examples scratch cache
repo=$tmp/repo
ln -s "$root/pipelines/recipes" repo/pipelines/recipes
ln -s "$root/examples/data" repo/examples/data

# What is called in the place of a program: it counts the call and then becomes the program, unless FAULT is NAME:NUMBER:HOW with the number of this
# call.
#   five    exits 5 without output       before  is killed before it does anything     output  is killed when it has written 40 bytes
#   one     exits 1 without output       after   is killed after its work              input   is killed when it has been given 1,000 bytes of input
#   parent  kills the shell (or make, or xargs) that started it, and goes on alone
cat >wrapper <<'SH'
#!/bin/sh
name=${0##*/} number=1
set -C
until { true >"$FAULTS/$name.$number"; } 2>/dev/null; do
  number=$((number + 1))
  [ "$number" -lt 10000 ] || exit 99
done
case $0 in
  */bin/*) for folder in $FAULTS_PATH; do real=$folder/$name; [ ! -x "$real" ] || break; done ;;
  *) real=${0%/*}/.$name ;;
esac
case $FAULT in "$name:$number:"*) ;; *) exec "$real" "$@" ;; esac
echo "$FAULT" >"$FAULTS/happened"
case ${FAULT##*:} in
  five) exit 5 ;;
  one) exit 1 ;;
  before) ;;
  after) "$real" "$@" ;;
  output) "$real" "$@" | /usr/bin/head -c 40 ;;
  input)
    /usr/bin/mkfifo "$FAULTS/fifo"
    "$real" "$@" <"$FAULTS/fifo" &
    exec 7>"$FAULTS/fifo"
    /usr/bin/head -c 1000 >&7
    kill -KILL $! ;;
  parent)
    [ "$PPID" -eq 1 ] || kill -KILL "$PPID"
    exec "$real" "$@" ;;
esac
kill -KILL $$
SH
chmod +x wrapper
for tool in "$tools"/*; do ln -s ../../wrapper "repo/bin/${tool##*/}"; done
for script in "$root"/pipelines/* "$root"/examples/*.sh "$root"/examples/*.mk; do
  [ -f "$script" ] || continue
  folder=${script%/*} name=${script##*/}
  # What others read with `.` is not a process.
  [ -x "$script" ] || { cp "$script" "repo/${folder##*/}/$name"; continue; }
  cp "$script" "repo/${folder##*/}/.$name"
  ln -s ../../wrapper "repo/${folder##*/}/$name"
done
# Every word in a script that is the name of a program.
# setpriv becomes the program that it starts, and fails as that does.
for word in $({ find "$root/pipelines" -maxdepth 1 -type f -exec cat {} +; cat "$root"/examples/*.sh "$root"/examples/*.mk; } | tr -cs 'a-z0-9_-' '\n' | sort -u); do
  [ "$word" != setpriv ] || continue
  [ ! -x "/usr/bin/$word" ] || [ -e "repo/bin/$word" ] || ln -s ../../wrapper "repo/bin/$word"
done
FAULTS=$tmp/faults FAULTS_PATH="$tools /usr/bin" CACHE=$tmp/cache TMPDIR=$tmp/scratch
export FAULTS FAULTS_PATH CACHE TMPDIR

# run_in FOLDER FAULT: runs the scenario there, waits for every process that it started, also those without a parent, by a descriptor that no script
# uses, and leaves $status and, in the folder, what was printed in out and err.
run_in() {
  command="$2 in $1" run=$PWD
  rm -rf "$FAULTS"
  mkdir -p "$FAULTS" "$1"
  FAULT=$2
  export FAULT
  (
    cd "$1" || exit
    status=0
    scenario 6>&1 >out 2>err || status=$?
    echo "$status" >"$run/status"
  ) | cat >/dev/null
  status=$(cat status)
  command="$command: $(grep -m 3 ': error: \|not found\|Killed' "$1/err" || :)"
  [ "$status" -ne 124 ] || fail 'it comes to an end'
}

# undisturbed: what the scenario gives when nothing goes wrong, in whole/, and how often it calls what, in counts. Files that it removes on its
# way are in states/.
undisturbed() {
  rm -rf whole states
  (KEEP=all && export KEEP && run_in states none) || exit
  run_in whole none
  expected=$status
  [ "$expected" -le 1 ] || fail "an undisturbed run: $(cat whole/err)"
  last_line=$(steady whole/out | tail -n 1)
  for call in faults/*; do call=${call##*/}; echo "${call%.*}"; done | sort | uniq -c >counts
}

# files FOLDER: what has a final name there.
files() { (cd "$1" && find . -name '.?*' -prune -o -type f ! -name '*.tmp' ! -name err ! -name out -print | sort); }

# same A B: equal but for times and rates in text.
steady() { sed -E 's/"(seconds|windows_per_second)":[^,}]*//g; s/[0-9]+ windows\/s//' "$1"; }
same() {
  [ -e "$1" ] && [ -e "$2" ] || return 1
  cmp -s "$1" "$2" && return
  case $1 in *.safetensors | *.nvs | *.npz) return 1 ;; esac
  [ "$(steady "$1")" = "$(steady "$2")" ]
}

# obsolete FILE: the checkpoint of an earlier epoch, which the next epoch removes.
obsolete() {
  case $1 in */[1-9]*.safetensors) [ ! -e "$tmp/whole/$1" ] && cmp -s "case/$1" "$tmp/states/$1" ;; *) return 1 ;; esac
}

# all_made: all that the undisturbed run made is there, and nothing else.
all_made() {
  for file in $(files "$tmp/whole"); do same "case/$file" "$tmp/whole/$file" || { echo "$file is missing or differs"; return 1; }; done
  for file in $(files case); do [ -e "$tmp/whole/$file" ] || obsolete "$file" || { echo "$file is too much"; return 1; }; done
}

# legitimate FILE: one that an undisturbed run has under this name, at its end or on its way; the best of an epoch was the best so far.
legitimate() {
  for other in "$tmp/whole/$1" "$tmp/states/$1"; do same "case/$1" "$other" && return; done
  case $1 in
    */best.safetensors) for other in "$tmp/states/${1%/*}"/[0-9]*.safetensors; do ! cmp -s "case/$1" "$other" || return 0; done ;;
    */best.json) for other in "$tmp/states/${1%/*}"/[0-9]*.jsonl; do
      tail -n 1 "$other" >line
      ! same "case/$1" line || return 0
    done ;;
  esac
  return 1
}

# fault FAULT: one run with it. (How often flock and find are called depends on what scripts that run side by side see of each other.) Exit status 0, or 1, is that of an undisturbed run, with all its products and all its output. Any other status comes
# with nothing under a final name that an undisturbed run does not have there, and without the last line of the output, unless
# everything was done. A rerun is complete.
fault() {
  rm -rf case
  run_in case "$1"
  case $1 in flock:* | find:*) ;; *) [ -e "$FAULTS/happened" ] || fail 'it happens' ;; esac
  if [ "$status" -le 1 ]; then
    [ "$status" -eq "$expected" ] || fail "an exit status of more than 1, or $expected with all products; it is $status"
    all_made >why || fail "exit status $status only with all products: $(cat why)"
    same case/out "$tmp/whole/out" || fail "exit status $status only with all of the output"
  elif ! all_made >why || ! same case/out "$tmp/whole/out"; then
    for file in $(files case); do legitimate "$file" || fail "exit status $status, and $file is not a product of an undisturbed run"; done
    [ -z "$last_line" ] || ! steady case/out | grep -qxF -- "$last_line" || fail "exit status $status without the last line of output"
  fi
  run_in case none
  [ "$status" -eq "$expected" ] || fail "the rerun ends with $expected; it ends with $status"
  all_made >why || fail "the rerun is complete: $(cat why)"
  [ "$(steady case/out | tail -n 1)" = "$last_line" ] || fail 'the rerun ends with the same line'
  held
}

# each_of FAULT…: one run with each, two at a time. Unless ALL_FAULTS is set, as `make trust` does, only every fourth, from the first on.
each_of() {
  [ $# -gt 0 ] || fail 'there are faults to try'
  if [ -z "${ALL_FAULTS-}" ]; then
    number=0
    for one; do
      shift
      number=$((number + 1))
      [ $((number % 4)) -ne 1 ] || set -- "$@" "$one"
    done
  fi
  lanes=
  for lane in 0 1; do
    rm -rf "lane$lane"
    mkdir "lane$lane"
    (
      cd "lane$lane" || exit
      FAULTS=$PWD/faults checks=0 number=0
      for one; do
        number=$((number + 1))
        [ $((number % 2)) -ne "$lane" ] || fault "$one"
      done
      echo "$checks" >checks
    ) >"lane$lane.log" 2>&1 &
    lanes="$lanes $!"
  done
  failed=
  for process in $lanes; do wait "$process" || failed=yes; done
  [ -z "$failed" ] || { cat lane0.log lane1.log; exit 1; }
  done_now=$(($(cat lane0/checks) + $(cat lane1/checks)))
  [ "$done_now" -eq $# ] || fail "$# faults are tried; $done_now are"
  held "$done_now"
}

# is_helper PROGRAM: it is not a tool or script of this project.
is_helper() { [ ! -e "$tools/$1" ] && [ ! -e "repo/pipelines/$1" ]; }

# A list without an entry would go unnoticed.
listed() { [ -n "$found" ] || echo nothing:0:listed; }

# each_at FIRST LATER [tools|helpers]: FAULTs for every program and script, or only for tools or helper programs: as FIRST says at its first call, and
# as LATER says at a later one, if there is one.
each_at() {
  found=
  while read -r count name; do
    case ${3-} in
      tools) [ -e "$tools/$name" ] || continue ;;
      helpers) is_helper "$name" || continue ;;
    esac
    found=yes
    echo "$name:1:$1"
    [ "$count" -eq 1 ] || echo "$name:$((count / 2 + 1)):$2"
  done <counts
  listed
}

# each_helper_fails [PROGRAM]: FAULTs for every call of every helper program, or only for one.
each_helper_fails() {
  found=
  while read -r count name; do
    { is_helper "$name" && [ "${1:-$name}" = "$name" ]; } || continue
    found=yes number=1
    while [ "$number" -le "$count" ]; do echo "$name:$number:five"; number=$((number + 1)); done
  done <counts
  listed
}

# cached SCRIPT…: a script of pipelines/ runs once for its arguments. From then on its output, its exit status and, of train, its folder come from a cache,
# because what can go wrong inside it has a test of its own.
cached() {
  for script; do
    mv "repo/pipelines/.$script" "repo/pipelines/..$script"
    cat >"repo/pipelines/.$script" <<'SH'
#!/bin/sh
with_wrappers=$PATH PATH=/usr/bin:/bin script=${0##*/.}
# The name of a temporary folder differs each time.
kept=$CACHE/$script.$(echo "$*" | sed 's|/[^/ ]*\.[A-Za-z0-9]\{6,\}/||g' | cksum | tr -d ' ')
if [ ! -e "$kept.status" ]; then
  status=0
  PATH=$with_wrappers "${0%/*}/..$script" "$@" >"$kept.out" || status=$?
  [ "$script" != train ] || cp -R -- "$2" "$kept.run"
  echo "$status" >"$kept.status"
fi
[ ! -e "$kept.run" ] || { rm -rf -- "$2"; cp -R -- "$kept.run" "$2"; }
cat "$kept.out"
exit "$(cat "$kept.status")"
SH
    chmod +x "repo/pipelines/.$script"
  done
}
