# Processes: what /proc and ps say, limits, deep recursion, many children.
sleep 60 & p=$!; ps -o pid,args | awk -v p=$p '$1 == p { $1 = "PID"; print }'; tr '\0' ' ' < /proc/$p/cmdline
echo; cut -d' ' -f2 /proc/$p/stat; readlink /proc/$p/cwd | sed "s|$PWD|here|"; readlink /proc/self/exe
kill $p; wait $p 2>/dev/null; ls /proc/$p 2>/dev/null || echo gone
[ $(cut -d' ' -f4 /proc/self/stat) = $$ ] && echo parent; grep -E '^(Name|PPid)' /proc/$$/status | head -1
ls /proc/self/fd | wc -l | awk '{ print ($1 >= 3) }'; [ -d /proc/1 ] && echo init
grep -c MemTotal /proc/meminfo; awk '{ print ($1 > 0) }' /proc/uptime; [ "$(nproc)" -ge 1 ] && echo processors
uname -s; uname -m
(ulimit -n 20
 for i in $(seq 3 30); do eval "exec $i</dev/null" 2>/dev/null || { echo "no descriptor $i"; break; }; done)
(ulimit -f 4; head -c 100000 /dev/zero > big; echo "limited $?") 2>/dev/null; stat -c %s big
down() { [ "$1" -eq 0 ] && echo bottom || (down $(($1 - 1))); }; down 20; nice -n 5 true 2>/dev/null; echo "nice $?"
time -p true 2>&1 | wc -l; [ "$SECONDS" -ge 0 ] && echo time; date -d @0 -u '+%Y-%m-%d %H:%M:%S'
TZ=UTC0 date -d '2024-02-29 12:00' +%s; usleep 1000; echo "usleep $?"; pidof sh >/dev/null
(setsid sh -c 'ps -o sid,pid | awk -v p=$$ "\$2 == p { print (\$1 == p) }"')
tail -f /dev/null & kill $!; wait $! 2>/dev/null; echo $?; env printf '%s\n' ok; printenv PATH >/dev/null
echo $?; which cat; sync; echo "sync $?"; mktemp -u /tmp/x.XXXXXX | wc -c; basename /a/b.c .c; dirname /a/b
seq 3 | (while read n; do sh -c "exit $n"; echo $?; done); tty; test -t 0; echo $?
