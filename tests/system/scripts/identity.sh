# Users: permissions are checked for everybody but root.
id -u; id -un; whoami; umask 077; mkdir open closed; chmod 755 . open; chmod 700 closed
echo secret > closed/s; echo public > open/p; chmod 644 open/p
as() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@" 2>/dev/null || chroot --userspec=65534:65534 / "$@"; }
run() { su nobody -s /bin/sh -c "cd $PWD && $1" 2>&1; echo "status $?"; }
run 'id -u; cat open/p'; run 'cat closed/s'; run 'ls closed'; run 'echo x > open/new'; run 'rm -f open/p'
run 'echo x >> open/p'; run 'chmod 777 open'; run 'chown nobody open/p'; run 'kill -9 1'; run 'mkdir /sub'
mkdir shared; chmod 1777 shared; echo root > shared/root; chmod 666 shared/root; run 'rm -f shared/root'
run 'echo mine > shared/mine; stat -c %U shared/mine; rm shared/mine'; run 'echo over > shared/root'
cat shared/root
chown nobody:nogroup open/p; stat -c '%U %G' open/p; run 'chmod 600 open/p; stat -c %a open/p'
chmod 000 closed/s; cat closed/s; [ -w closed/s ] && echo "root writes"
run '[ -r open/p ] && echo readable; [ -x open/p ] || echo "not to be run"'
mkdir group; chgrp users group; chmod 2775 group; : > group/f; stat -c '%G %a' group/f
run 'umask; umask 027; touch shared/u; stat -c %a shared/u'; hostname | wc -w
echo "$HOME $USER" | wc -c | awk '{ print ($1 > 1) }'
