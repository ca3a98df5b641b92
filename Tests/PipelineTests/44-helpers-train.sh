# Every call of every other helper program in a training fails.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_helper_fails | grep -v '^jq:')
finish
