#!/bin/sh
# Holds every #include of core, shell and lua against core/LAYERS: a room uses
# only the rooms of its line, a public header counts as its room, each outside
# library has one home, and shell and lua see only the public headers.
cd "${srcdir:-.}" || exit 1
awk '
function fail(why) { printf "# %s:%d: %s\n", FILENAME, FNR, why; bad++ }
function may(room, other) { return room == other || (room, other) in uses }
FILENAME == "core/LAYERS" {
	if ($0 ~ /^#/ || NF == 0) next
	if ($1 ~ /^</) { owner[substr($1, 1, length($1) - 1)] = $2; next }
	name = substr($1, 1, length($1) - 1)
	if (name ~ /[.\/]/ || name == "wbxml") { home[name] = $2; next }
	rooms[name] = 1
	for (i = 2; i <= NF; i++) {
		if (!($i in rooms)) fail("room " $i " is not above " name)
		uses[name, $i] = 1
	}
	next
}
FNR == 1 {
	n = split(FILENAME, part, "/")
	room = part[1] == "core" ? part[2] : ""
	if (room == "include") room = owner["<dmsc/" part[4] ">"]
	if (part[1] == "core" && room == "") fail("no room in core/LAYERS")
}
/^#[ \t]*include/ {
	inc = $0; sub(/^#[ \t]*include[ \t]*/, "", inc)
	if (inc ~ /^"/) {
		gsub(/"/, "", inc); split(inc, p, "/")
		if (part[1] != "core") {
			if (p[1] in rooms) fail(part[1] " includes " inc)
		} else if (p[1] != "config.h" && !may(room, p[1]))
			fail(room " may not use " p[1] ": " inc)
	} else if (inc ~ /^<dmsc\//) {
		if (!(inc in owner)) fail("core/LAYERS has no line for " inc)
		else if (part[1] == "core" && !may(room, owner[inc]))
			fail(room " may not use " owner[inc] ": " inc)
	} else {
		for (lib in home)
			if (index(inc, lib) && room != home[lib])
				fail(inc " belongs to " home[lib])
		if (inc ~ /readline\// && FILENAME != "shell/prompt.c")
			fail(inc " belongs to shell/prompt.c")
		if (inc ~ /<(lua|lauxlib|lualib)\.h>/ && part[1] != "lua")
			fail(inc " belongs to lua")
	}
}
END {
	print (bad ? "not ok" : "ok") " 1 - includes keep to core/LAYERS"
	print "1..1"
	exit bad ? 1 : 0
}' core/LAYERS $(find core shell lua -name '*.[ch]' | sort)
