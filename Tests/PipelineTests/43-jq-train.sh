# Every call of jq in a training fails: no training of another model, and no success.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_helper_fails jq)
finish
