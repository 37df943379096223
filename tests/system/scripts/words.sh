# Expansion, quoting, patterns, arrays, arithmetic.
a=value; echo "${a:1:3} ${a/l/L} ${a^^} ${#a} ${b:-none} ${a#v} ${a%e}"
mkdir d; touch d/{one,two,three}.txt d/.hidden 'd/with space'; echo d/*; echo d/t*; echo d/[!t]*.txt; echo d/.*n
shopt -s nullglob; echo d/none*; shopt -u nullglob; echo d/none*
shopt -s globstar; mkdir -p d/x/y; touch d/x/y/z; echo d/**; shopt -s extglob
echo d/!(one|two).txt
list=(a "b c" d); echo "${#list[@]} ${list[1]} ${!list[@]}"; list+=(e); printf '<%s>' "${list[@]}"; echo
declare -A map=([x]=1 [y]=2); echo $((map[x] + map[y]))
echo $((7 / 2)) $((7 % 3)) $((2 ** 40)) $((0x1f)) $((1 << 20)) $((-7 / 2)) $((5 > 3 && 2 < 1)); ((0)); echo $?
printf '%05d|%-6s|%x|%c|%q\n' 42 ab 255 xyz 'a b'
IFS=:; set -- a:b:c; echo $1; unset IFS; x=a:b:c; IFS=: read -r p q r <<< "$x"; echo "$p $q $r"
f() { local v=inner; echo "$v $# $*"; return 4; }; v=outer; f 1 2; echo "$? $v"
fact() { [ "$1" -le 1 ] && echo 1 || echo $(( $1 * $(fact $(($1 - 1))) )); }; fact 12
case abc.tar.gz in *.zip) echo zip;; *.tar.*) echo tar;; esac
[[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"; echo {1..5} {a..e..2} x{p,q}y
eval 'echo "ev$((1+1))"'; echo "$(echo nested "$(echo deeper)")"; echo 'single $a' "tab	in" $'esc\x41\t|'
until ((++n >= 3)); do :; done; echo $n; select s in p q; do echo "$s"; break; done <<< 2 2>/dev/null
printf '%s\n' "ünïcödé ✓" | wc -c
