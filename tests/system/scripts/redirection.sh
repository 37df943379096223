# Redirections, here-documents, descriptors above nine, appends.
cat <<X; cat <<'Y'; cat <<-Z
sum $((1 + 2))
X
raw $((1 + 2))
Y
	tabs go
	Z
cat <<< "here string"
exec 3> out; echo to three >&3; exec 3>&-; cat out
exec 4<> out; read -u 4 line; echo "read $line"; echo more >&4; exec 4>&-; cat out
echo append >> out; wc -l < out
exec {descriptor}> named; [ "$descriptor" -ge 10 ] && echo high; echo text >&"$descriptor"; cat named
exec {descriptor}>&-; { echo x >&"$descriptor"; } 2>/dev/null || echo closed
set -o noclobber; { echo x > out; } 2>/dev/null || echo "kept"; echo y >| out; cat out; set +o noclobber
cat nothing-here > empty 2>&1; wc -c < empty
ls -l /proc/self/fd 2>/dev/null | wc -l > /dev/null; echo both &> both; cat both
cat < /dev/null | wc -c; echo gone > /dev/null; echo "null $?"
head -c 5 /dev/zero | od -An -tx1
echo x > /dev/full; echo "full $?"
for n in 1 2 3; do echo $n; done > loop; tac loop
while read -r a b; do echo "$b-$a"; done <<< $'1 2\n3 4'
