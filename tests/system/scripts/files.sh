# Files: links, renames, removal of open files, holes, truncation, permissions, names.
umask 022; echo text > a; ln a b; ln -s a c; stat -c '%h %s %F %A' a c; readlink c; realpath c | sed "s|$PWD|here|"
mv a z; cat c 2>&1; cat b; ln -sf z c; cat c; rm z; stat -c %h b
exec 3< b; rm b; cat <&3; exec 3<&-; ls
mkdir -p p/q/r; mv p s; find s | sort; rmdir s 2>&1; rm -r s; ls
mkdir full; touch full/x; mkdir other; mv -T other full 2>&1; rm -r full; mv -T other new; ls
dd if=/dev/zero of=hole bs=1 count=1 seek=1M 2>/dev/null; stat -c '%s' hole
[ $(stat -c %b hole) -lt 100 ] && echo sparse; md5sum < hole
truncate -s 10 hole; stat -c %s hole; truncate -s 5000 hole; tail -c 3 hole | od -An -tx1; printf x >> hole
stat -c %s hole
chmod 640 new; stat -c '%a' new; chmod u+s,g+s,+t hole; stat -c '%A' hole; chmod a= hole; stat -c %A hole
touch -d '2001-02-03 04:05:06' t; stat -c '%Y' t; touch -r t u; stat -c %Y u; [ t -ot hole ] && echo older
[ t -ef t ] && echo same
n=$(printf 'n%.0s' $(seq 255)); touch $n && ls | awk 'length > 200' | wc -l
touch ${n}x 2>&1 | sed 's/n*x:/NAME:/; s/n\{9,\}/N/g'; rm $n
touch -- '-dash' 'new line
here' 'star*' ; ls -b -- *; rm -- -dash new?line* star\*
mkdir loop; ln -s ../loop/l loop/l; cat loop/l 2>&1; cd loop; cd ..; ln -s . self; ls self/self/self | head -1
cat . 2>&1; echo x > . 2>/dev/null || echo "directory"; cat t/x 2>&1; rmdir t 2>&1; rm new 2>&1
mkdir new 2>&1; ln new hard 2>&1 | head -1
mkfifo fifo; (echo through > fifo) & cat fifo; wait; test -p fifo && echo fifo
for i in $(seq 300); do echo $i > many$i; done; cat many* | sort -n | md5sum; rm many*; ls | wc -l
