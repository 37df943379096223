# What cannot be run, and how the shell says so.
nonesuch 2>/dev/null; echo "absent $?"; ./nonesuch 2>/dev/null; echo "absent $?"
echo 'echo script $1' > s; ./s 2>/dev/null; echo "no permission $?"; chmod +x s; ./s arg
printf '#!/bin/sh\necho "sh $0 $1"\n' > h; chmod +x h; ./h arg
printf '#!/bin/echo one two\n' > i; chmod +x i; ./i arg
printf '#!/no/such/interpreter\n' > j; chmod +x j; ./j 2>/dev/null; echo "interpreter $?"
printf '#!./l\n' > l; chmod +x l; ./l 2>/dev/null; echo "loop $?"
mkdir d; ./d 2>/dev/null; echo "directory $?"; : > e; chmod +x e; ./e; echo "empty $?"
printf '\177ELF' > short; chmod +x short; ./short 2>/dev/null; echo "short $?"
head -c 64 /bin/busybox > header; chmod +x header; ./header 2>/dev/null; echo "header $?"
head -c 100000 /bin/busybox > part; chmod +x part; ./part 2>/dev/null
[ $? -ne 0 ] && echo "part of a program does not run"
big=$(head -c 200000 /dev/zero | tr '\0' x); /bin/echo "$big" 2>/dev/null | wc -c
/bin/echo $(seq 20000) | md5sum; env -i /bin/echo bare; env -i A=1 B=2 env | sort
echo "echo \$0" | bash -s; bash -c 'echo $0 $1' name arg; (exec -a sh busybox -c 'echo $0')
cd /nonesuch 2>/dev/null; echo "cd $?"; ls /nonesuch 2>&1 | sed 's/^.*ls/ls/'
sh -c 'exit 200'; echo $?; sh -c 'return 2>/dev/null; exec /nonesuch' 2>/dev/null; echo $?
