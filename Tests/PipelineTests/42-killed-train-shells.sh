# The shells of a training, killed at each of its steps while what they have started goes on.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_killed parent parent)
finish
