# Every call of every other helper program in a training fails. Exit status 1 is an answer of train: a program that fails with 1 does not give it.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_helper_fails | grep -v '^jq:') $(each_at one one helpers)
finish
