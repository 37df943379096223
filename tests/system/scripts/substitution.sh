# Process substitution.
cat <(echo a) <(echo b); diff <(seq 3) <(seq 4) ; echo "diff $?"
paste <(seq 3) <(seq 4 6) <(seq 7 9)
seq 5 | tee >(wc -l > count) > /dev/null; wait; sleep 0.3; cat count
while read -r n; do sum=$((sum + n)); done < <(seq 100); echo $sum
comm -12 <(printf 'a\nb\nc\n') <(printf 'b\nc\nd\n')
mapfile -t lines < <(printf 'x\ny\n'); echo "${#lines[@]} ${lines[1]}"
