# The text tools.
seq 20 | awk '$1 % 3 == 0 { s += $1 } END { print s, NR }'; printf 'b 2\na 10\nc 1\n' > t; sort t; sort -k2n t
sort -r t; sort -k2 t
sed -n '2p; s/a/A/p' t; sed 's/\([a-z]\) \(.*\)/\2:\1/' t; sed '1d;$!N;s/\n/+/' t; cut -d' ' -f2 t
tr a-c x-z < t; uniq -c <<< $'a\na\nb' | sed 's/^ *//'
grep -n 1 t; grep -c a t; grep -v a t; grep -E '^(b|c)' t; grep -q zz t; echo $?; grep -o '[0-9]*' t
echo abc | rev; tac t; nl t | tr -s ' \t' ' '
join <(sort t) <(printf 'a X\nb Y\n') 2>/dev/null || echo "no join"; paste -s -d, t; fold -w 3 <<< abcdefgh
expand <<< $'a\tb'; head -c 3 t; tail -n 1 t; wc t | tr -s ' '
od -c t | head -2; hexdump -C t | head -1; xxd t | head -1
strings /bin/busybox | grep -c . | awk '{ print ($1 > 100) }'; base64 t | base64 -d; md5sum t; sha1sum t
sha256sum t; cksum t 2>/dev/null || crc32 t
diff t <(sort t); cmp t <(sort t); expr 3 + 4; expr abc : 'a\(.\)'; echo '2^10; 7/2' | bc
echo '5 k 2 v p' | dc; factor 360; seq -s, 5; printf 'a:b\n' | awk -F: '{ print $2, length($0), toupper($1) }'
xargs -n 2 echo <<< 'a b c d e'; find . -name t -exec wc -l {} \;; echo a b | xargs -I{} echo "<{}>"
yes n | head -3 | tr -d '\n'; echo
dd if=t bs=1 skip=2 count=3 2>/dev/null; dd if=t of=u conv=notrunc,ucase 2>/dev/null; cat u
shuf -i 1-10 | sort -n | tr '\n' ' '; cal 2 2024 | tail -5
awk 'BEGIN { while (("echo x; echo y" | getline l) > 0) print "cmd", l
  printf "%.3f %d %s\n", 3.14159, 7.9, substr("hello", 2, 3); print 1e6, 2**10, length("äö") }'
awk 'BEGIN { n = split("c b a", x); for (i = n; i > 0; i--) printf "%s ", x[i]; print ""
  system("echo sys"); print "to cat" | "cat" }'
printf 'ihello world\033:wq\n' | vi v >/dev/null 2>&1; cat v; printf '1s/hello/bye/\nw\nq\n' | ed v; cat v
less t < /dev/null; more t < /dev/null
