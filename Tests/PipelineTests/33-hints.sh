# Every hint in the sources is provoked, followed, and helps.
. "$here/lib.sh"
needs_numpy

mkdir cases
(cd cases && python3 -B "$here/hints.py" "$root") >said 2>&1 || { cat said; fail "hints help"; }
tail -n 1 said
held "$(sed -n 's/.*; \([0-9]*\) cases followed.*/\1/p' said)"
finish
