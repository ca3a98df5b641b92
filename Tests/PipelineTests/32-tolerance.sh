# Archives and models that NumPy, zipfile or the safetensors library read are read, to the same numbers.
. "$here/lib.sh"
needs_numpy

python3 -B "$root/Tests/Reference/tolerance.py" "$tools" files >table || { grep WRONG table; fail "what libraries read is read"; }
held "$(grep -c '^ok' table)"
finish
