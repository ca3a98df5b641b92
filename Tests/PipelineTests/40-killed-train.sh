# Every process that a training starts, killed alone, as the kernel kills one when memory runs out: never exit status 0, and a rerun ends with the
# bytes of an undisturbed run.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_killed before after)
finish
