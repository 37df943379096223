# Archives and compression.
mkdir -p tree/sub/deep; for i in $(seq 40); do seq $i $((i * 50)) > tree/sub/f$i; done; ln -s sub/f1 tree/link
ln tree/sub/f2 tree/hard; mkfifo tree/fifo; chmod 751 tree/sub; : > tree/sub/deep/empty
(cd tree; find . -type f | sort | xargs md5sum) > sums; tar cf a.tar tree; tar tf a.tar | wc -l; mkdir x
tar xf a.tar -C x; (cd x/tree; md5sum -c ../../sums | grep -vc OK)
stat -c '%a %h %F' x/tree/sub x/tree/hard x/tree/link x/tree/fifo
tar czf a.tgz tree/sub; gzip -t a.tgz && echo whole; tar tzf a.tgz | wc -l; gunzip -c a.tgz | tar xf - -C x
gzip -9c sums | gunzip | cmp - sums && echo same; xz -dc < /dev/null 2>/dev/null
bunzip2 < /dev/null 2>/dev/null; echo data | gzip | zcat
find tree -type f -newer a.tar | wc -l; find tree -type f -size +4 | wc -l
find tree -name 'f1*' | sort | tail -2; find tree -type l; find tree -empty -type f; find tree -perm 751
find tree -maxdepth 1 | sort; find tree -type f | cpio -o -H newc 2>/dev/null > c.cpio; mkdir y
(cd y; cpio -id < ../c.cpio 2>/dev/null; find . -type f | wc -l)
cp -a tree copy; diff -r tree/sub copy/sub && echo "copies alike"; du -s tree/sub | awk '{ print ($1 > 20) }'
rm -r tree copy x y; ls
