# Every call of jq in a training fails: no training of another model, and no success. Exit status 1 is an answer of train: a helper program that fails with 1
# does not give it.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_helper_fails jq) $(each_at one one helpers)
finish
