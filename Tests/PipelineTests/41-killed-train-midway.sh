# The tools that a training starts, killed in the middle of their input or output.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
undisturbed
each_of $(each_killed output input tools) train-step:2:output train-step:2:before
finish
