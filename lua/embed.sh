#!/bin/sh
# Writes a C file that holds the named Lua files as the modules "dmsc.NAME".
echo '/* The Lua part of the module, made from its files. */'
echo '#include "dl.h"'
for f in "$@"; do
	name=$(basename "$f" .lua)
	echo
	echo "static const unsigned char text_$name[] = {"
	od -An -v -tu1 "$f" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
	echo '};'
done
echo
echo 'const struct dl_source dl_sources[] = {'
for f in "$@"; do
	name=$(basename "$f" .lua)
	echo "	{ \"dmsc.$name\", text_$name, sizeof text_$name },"
done
echo '	{ NULL, NULL, 0 },'
echo '};'
