# What the pipelines share: where the tools are, how a pipeline fails, a temporary folder, and stages that end with their pipeline. The script that reads this
# has set $here to its own folder. Every sh that these scripts were tried with has -O.
# shellcheck shell=sh disable=SC2034,SC2154,SC3067
pipeline=${0##*/}
unset CDPATH
PATH=$here/../bin:$PATH

# fail STATUS MESSAGE: one line, and the end.
fail() {
  answered=yes
  printf '%s: error: %s\n' "$pipeline" "$2" >&2
  exit "$1"
}

# answer STATUS: the end, with an exit status that means what the help says. A command that fails with 1 answers nothing: the script then ends with 70.
answered='' running='' work=''
answer() {
  answered=yes
  exit "$1"
}

command -v npz-read >/dev/null || fail 66 'the tools are missing: run make build'
[ "$pipeline" = diagnose ] || command -v jq >/dev/null || fail 66 'jq is missing: install it, or run make jq'

# $tied COMMAND…: has the system end a command by SIGTERM when this script ends, even by SIGKILL. Without setpriv it runs on until it is done.
if setpriv --pdeathsig TERM true 2>/dev/null; then tied='setpriv --pdeathsig TERM --'; else tied=''; fi

# make_work: sets $work to a private temporary folder, which goes with the script. What scripts that were killed by SIGKILL have left goes too: folders
# whose lock nobody holds, neither the script nor a stage of it, and after a minute those that have none: they were killed before they had one, or at the end.
make_work() {
  end_together
  for dead in "${TMPDIR:-/tmp}/$pipeline".??????; do
    if [ ! -O "$dead" ] || ! command -v flock >/dev/null; then continue; fi
    # Of several scripts that find it, one removes it, under its lock, and none fails.
    if [ -e "$dead/.lock" ]; then flock -n "$dead/.lock" rm -rf "$dead"; else find "$dead" -maxdepth 0 -mmin +1 -exec rm -rf {} +; fi 2>/dev/null || :
  done
  created=$(mktemp -d "${TMPDIR:-/tmp}/$pipeline.XXXXXX") || fail 73 "${TMPDIR:-/tmp}: no temporary folder can be created there"
  work=$(cd -- "$created" && pwd) # It is removed at the end: never what a mktemp that failed has printed.
  exec 8>"$work/.locking"
  if command -v flock >/dev/null; then flock -n 8; mv "$work/.locking" "$work/.lock"; fi
}
# end_together: from here on, the stages that still run end with the script, whatever signal ends it.
end_together() {
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 131' QUIT
  trap 'exit 143' TERM
}

leave() {
  status=$?
  trap '' HUP INT QUIT TERM
  # Stages first, then their files: one that still runs could make another. What a stage has started holds the lock until it has ended too.
  for stage in $running; do kill "${stage%%:*}" 2>/dev/null || :; done
  wait && exec 8>&-
  [ -z "$work" ] || flock -w 5 "$work/.lock" rm -rf "$work" 2>/dev/null || rm -rf "$work" || :
  [ "$status" -ne 1 ] || [ -n "$answered" ] || status=70
  exit "$status"
}

# start PART INPUT OUTPUT COMMAND…: starts a command, so that a signal to the script ends it too. PART says what it works on.
start() {
  part=$1 input=$2 output=$3
  shift 3
  $tied "$@" <"$input" >"$output" &
  running="$running $!:$part:${1##*/}"
}

# finish HIGHEST: waits for what was started; its exit statuses may be up to HIGHEST. Elsewhere 1 is no answer, and becomes 70.
finish() {
  for stage in $running; do
    status=0
    wait "${stage%%:*}" || status=$?
    stage=${stage#*:}
    [ "$status" -le "$1" ] || fail $((status == 1 ? 70 : status)) "${stage%%:*}: ${stage#*:} failed ($status)"
  done
  running=
}

# run COMMAND…: runs a command and returns its exit status.
run() { $tied "$@" & await; }

# await: waits for what was started last with &, of a pipeline the last command, and returns its exit status.
await() {
  running=$! status=0
  wait "$running" || status=$?
  running=
  return "$status"
}

# field KEY JSON: sets $value to the value of a key, `null` if there is none.
field() { value=$(printf '%s\n' "$2" | jq -r "$1"); }

# absolute FILE: sets $path to its path from the root, the same however it is written.
absolute() {
  case $1 in */*) folder=${1%/*}/ ;; *) folder=./ ;; esac
  folder=$(cd -- "$folder" && pwd) || fail 66 "$1: cannot be read"
  path=${folder%/}/${1##*/}
}
