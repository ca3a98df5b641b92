# shellcheck shell=sh disable=SC2034,SC2154
# What pipelines/split, epoch and train share. They set $script, their name, and $here, their folder, and source this file after their help.
fail() { printf '%s: %s\n' "$script" "$2" >&2; exit "$1"; }
unset CDPATH
here=$(cd -- "$here" && pwd)
PATH=$here/../bin:$PATH
command -v train-step >/dev/null || fail 66 'error: the tools are missing: run make build'
command -v jq >/dev/null || fail 66 'error: jq is missing: install it'

# absolute FILE: leaves its path from the root in $path, the same however it is written.
absolute() {
  case $1 in */*) folder=${1%/*}/ ;; *) folder=./ ;; esac
  folder=$(cd -- "$folder" && pwd) || fail 66 "error: $1: cannot be read"
  path=${folder%/}/${1##*/}
}

# field KEY JSON: leaves the value of a JSON object's key in $value.
field() { value=$(printf '%s\n' "$2" | jq -r "$1"); }

# A signal that ends the script ends first what it has started. A pipeline ends with its last command, for which `finish` waits.
child=
finish() { child=$! result=0; wait "$child" || result=$?; child=; return "$result"; }
run() { "$@" & finish; }
stop() { [ -z "$child" ] || kill "$child" 2>/dev/null || :; wait; exit "$1"; }
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM
