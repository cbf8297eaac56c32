#!/bin/sh
# Writes a C file that holds the named Lua files, lua/A/B.lua as the module
# "dmsc.A.B", lua/A/init.lua as "dmsc.A".
module() {
	echo "$1" | sed -e 's|^lua/||' -e 's|\.lua$||' -e 's|/init$||' \
	    -e 's|/|.|g'
}
echo '/* The Lua part of the module, made from its files. */'
echo '#include "dl.h"'
for f in "$@"; do
	name=$(module "$f" | tr . _)
	echo
	echo "static const unsigned char text_$name[] = {"
	od -An -v -tu1 "$f" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
	echo '};'
done
echo
echo 'const struct dl_source dl_sources[] = {'
for f in "$@"; do
	name=$(module "$f")
	id=$(echo "$name" | tr . _)
	echo "	{ \"dmsc.$name\", text_$id, sizeof text_$id },"
done
echo '	{ NULL, NULL, 0 },'
echo '};'
