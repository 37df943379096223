# Jobs: wait for one, for any, for all; status of each; process groups.
(exit 3) & wait $!; echo "first $?"
for i in 1 2 3; do (exit $i) & done; wait; echo "all $?"
(sleep 0.3; exit 7) & wait -n $!; echo "any $?"
wait 999999 2>/dev/null; echo "not mine $?"
jobs > /dev/null  # so that those that have ended are told of
set -m; sleep 60 & jobs | sed 's/  */ /g'; kill %1; wait %1 2>/dev/null; echo "killed $?"
sleep 60 & kill -STOP %1; sleep 0.2; jobs | sed 's/  */ /g'; kill -CONT %1; kill %1; wait %1 2>/dev/null; echo "$?"
(true & wait; true); for i in $(seq 100); do true & done; wait; echo "hundred"
for i in $(seq 200); do (exit 0); done; echo "in turn"
x=$(for i in $(seq 50); do echo $i & done; wait); echo "$x" | sort -n | md5sum
sh -c 'sleep 60 & exec sleep 60' & p=$!; kill -- -$p 2>/dev/null; wait $p; echo "group $?"
set +m; (sleep 0.2; echo late) & (echo early); wait
bash -c 'exit 300'; echo "wraps $?"
sh -c 'true & true & true &'; echo "orphans $?"
