#!/bin/sh
# dmsc-lua(3): clean, complete, and its examples run.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
dmsc=$top_builddir/dmsc
page=$top_srcdir/man/dmsc-lua.3
. "$top_srcdir/tests/verdict.sh"
outputs=$dir/out
if command -v mandoc >/dev/null; then
	mandoc -Tlint -Wwarning "$page" >"$dir/out" 2>&1
	verdict $? 'mandoc finds nothing'
else
	echo "ok $((n = n + 1)) - mandoc # SKIP no mandoc"
fi

# Every function of the module and every method has its entry.
cat >"$dir/names.lua" <<'LUA'
local dmsc = require "dmsc"
local text = assert(io.open(arg[1])):read "a"
local missing = {}
local function want(name)
	if not name:find "[.:]_" and not text:find("\n.It F[nd] " .. name:gsub("%.", "%%.") ..
	    "[ \n]") then
		missing[#missing + 1] = name
	end
end
local function walk(t, prefix)
	for name, v in pairs(t) do
		if type(v) == "function" then
			want(prefix .. name)
		elseif type(v) == "table" and v ~= dmsc.json.null then
			walk(v, prefix .. name .. ".")
		end
	end
end
walk(dmsc, "dmsc.")
walk(require "dmsc.test", "t.")
local registry = debug.getregistry()
for kind, of in pairs { card = "card", device = "device", b = "bytes",
	server = "dmserver" } do
	for name in pairs(registry["dmsc." .. of].methods) do
		want(kind .. ":" .. name)
	end
end
local doc = getmetatable(dmsc.connect():doc "OperatorX").__index
for name in pairs(doc) do
	want("doc:" .. name)
end
table.sort(missing)
for _, name in ipairs(missing) do
	print("no entry: " .. name)
end
os.exit(#missing == 0)
LUA
"$dmsc" "$dir/names.lua" "$page" >"$dir/out" 2>&1
verdict $? 'every function has an entry'

awk -v dir="$dir" '
	/^\.Sh EXAMPLES/ { on = 1 }
	on && /^\.Ed/ { out = "" }
	out != "" { gsub(/\\e/, "\\"); print >out }
	on && /^\.Bd/ { out = dir "/example" ++n ".lua" }
	END { print n >(dir "/count") }' "$page"
count=$(cat "$dir/count")
i=0
while [ $i -lt "$count" ]; do
	i=$((i + 1))
	f=$dir/example$i.lua
	if grep -q dmsc.test "$f"; then
		"$dmsc" test "$f" >"$dir/out" 2>&1
	else
		"$dmsc" "$f" >"$dir/out" 2>&1
	fi
	verdict $? "example $i runs"
done
echo "1..$n"
exit $bad
