# Pipelines: status, order, many stages, a reader that leaves, a writer that is closed.
echo one two three | tr ' ' '\n' | sort | head -2
false | true; echo "status $?"
set -o pipefail; false | true; echo "pipefail $?"; set +o pipefail
true | false | (exit 3) | true; echo "all ${PIPESTATUS[*]}"
yes | head -1000 | wc -l
yes | head -1 >/dev/null; echo "writer ${PIPESTATUS[0]}"
seq 1 1000 | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | tail -1
seq 1 200000 | md5sum
head -c 300000 /dev/zero | tr '\0' x | wc -c
{ echo a; echo b >&2; } 2>&1 | sort
(echo sub; exit 9); echo $?
echo left | { read x; echo "got $x"; read y; echo "end $?"; }
cat <&- ; echo "closed $?"
sh -c 'echo x' >&- ; echo "no output $?"
coproc { read line; echo "co $line"; }; echo hello >&"${COPROC[1]}"; read answer <&"${COPROC[0]}"
echo "$answer"; wait
