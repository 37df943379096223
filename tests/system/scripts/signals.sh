# Signals and traps.
trap 'echo caught USR1' USR1; kill -USR1 $$; echo after
(trap 'echo exit trap' EXIT; true); (trap 'echo exit trap' EXIT; exit 3); echo $?
(trap 'echo sub term; exit 5' TERM; kill -TERM $BASHPID; sleep 5); echo "status $?"
sleep 60 & kill $!; wait $!; echo "term $?"
sleep 60 & kill -9 $!; wait $!; echo "kill $?"
sh -c 'kill -SEGV $$' 2>/dev/null; echo "segv $?"
sh -c 'kill -INT $$'; echo "int $?"
trap '' INT; sh -c 'kill -INT $$; echo ignored is inherited'; trap - INT
trap 'echo chld' CHLD; set -m; true & wait; set +m; trap - CHLD
(sleep 60 & p=$!; kill -STOP $p; kill -CONT $p; kill $p; wait $p; echo "stopped, continued, ended $?")
kill -0 $$ && echo alive; kill -0 999999 2>/dev/null || echo "no such"
kill -l | tr -s ' \t' '\n' | head -4; kill -l 143
timeout 1 sleep 60; echo "timeout $?"
(trap 'echo in wait' USR1; sleep 60 & s=$!
 (sleep 0.2; kill -USR1 $BASHPID; kill -USR1 $PPID) 2>/dev/null &
 kill -USR1 $BASHPID; kill $s; wait $s; echo "waited $?")
trap 'echo pipe' PIPE; (trap - PIPE; yes) | true; echo "done"
nohup sh -c 'kill -HUP $$; echo survives hup' 2>/dev/null
