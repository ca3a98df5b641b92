# Every call of every helper program of a training fails: no training of another model, and no success.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_helper_fails)
finish
