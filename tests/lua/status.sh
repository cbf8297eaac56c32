#!/bin/sh
# Exit statuses and standard error of Lua inside dmsc.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
dmsc=$top_builddir/dmsc
n=0
bad=0
check() {	# check NAME STATUS TEXT FILE [ARG...]: TEXT is on an output
	name=$1 want=$2 text=$3 file=$dir/$4
	shift 4
	n=$((n + 1))
	cat >"$file"
	"$dmsc" "$@" >"$dir/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -eq "$want" ] && grep -qF "$text" "$dir/out"; then
		echo "ok $n - $name"
	else
		bad=1
		echo "# status $got, want $want and '$text'"
		sed 's/^/# /' "$dir/out"
		echo "not ok $n - $name"
	fi
}
check 'a script that ends well' 0 'A B script.lua' script.lua \
	"$dir/script.lua" A B <<'LUA'
print(arg[1], ...)
io.write(arg[1], " ", select(2, ...), " ", arg[0]:match "[^/]+$", "\n")
LUA
check 'an error of Lua' 13 'lua.lua:1: oops' lua.lua "$dir/lua.lua" <<'LUA'
error "oops"
LUA
check 'a syntax error' 13 "near '='" syntax.lua "$dir/syntax.lua" <<'LUA'
local x = = 1
LUA
check 'a card error that nobody catches' 6 'card.lua:3: /Nothing' card.lua \
	"$dir/card.lua" <<'LUA'
local dmsc = require "dmsc"
local card = dmsc.connect()
card:get "/Nothing"
LUA
check 'a right that is missing' 7 'next: ' right.lua "$dir/right.lua" <<'LUA'
local card <close> = require "dmsc".connect { reader = "sim" }
card:get "/Personal"
LUA
check 'a reader that is not there' 3 'nonexistent' reader.lua \
	"$dir/reader.lua" <<'LUA'
require "dmsc".connect "sim:/nonexistent/card.img"
LUA
check 'changes that were dropped' 11 'dropped' dropped.lua \
	"$dir/dropped.lua" <<'LUA'
local card = require "dmsc".connect { reader = "sim" }
card:set("/OperatorX/DMAcc/opx/ServerID", "x")
LUA
check 'changes of the card of the program' 11 'dropped' own.lua \
	"$dir/own.lua" <<'LUA'
require "dmsc".connect():set("/OperatorX/DMAcc/opx/ServerID", "x")
LUA
check 'os.exit closes what is open' 3 'bye' exit.lua "$dir/exit.lua" <<'LUA'
local card = require "dmsc".connect()
print "bye"
os.exit(3)
LUA
check 'a failing test' 14 'not ok 2 - two' fail.lua \
	test "$dir/fail.lua" <<'LUA'
local t = require "dmsc.test"
t.test("one", function(card) t.ok(card:exists "/OperatorX") end)
t.test("two", function() t.eq(1, 2) end)
LUA
check 'a test file that is no Lua' 14 'not ok 1' broken.lua \
	test "$dir/broken.lua" <<'LUA'
this is no Lua
LUA
check 'a test that is skipped' 0 '# SKIP because' skip.lua \
	test "$dir/skip.lua" <<'LUA'
local t = require "dmsc.test"
t.test("one", function() t.skip "because" end)
LUA
check 'what a test left behind is cleaned up' 0 '1..2' clean.lua \
	test "$dir/clean.lua" <<'LUA'
local t = require "dmsc.test"
t.test("one", function(card)
	card:set("/OperatorX/DMAcc/opx/ServerID", "x")
end)
t.test("two", function(card) t.eq(card:dirty(), false) end)
LUA
check 'a chunk' 0 '2' none lua 'print(1 + 1)' </dev/null
check 'a chunk that fails' 13 'oops' none lua 'error "oops"' </dev/null
check 'a profile that is a Lua file' 0 'blank yes' profile.lua \
	lua "local info = dmsc.card_new { image = '$dir/p.img',
		profile = '$dir/profile.lua' }
		print('blank ' .. (info.file and 'yes'))" <<'LUA'
local card, options = ...
assert(options.profile)
local _, sw = card:apdu "00A40004023F00"
assert(sw == 0x6A82, "a blank card has no master file")
LUA
cp "$dir/profile.lua" "$dir/copy.lua"
check 'card new with a profile that is a Lua file' 0 'blank' none \
	card new --profile "$dir/copy.lua" "$dir/q.img" </dev/null
check 'a profile that fails leaves no image' 13 'no luck' luckless.lua \
	card new --profile "$dir/luckless.lua" "$dir/r.img" <<'LUA'
error "no luck"
LUA
check 'nor does it replace one' 13 'no luck' luckless.lua \
	card new --force --profile "$dir/luckless.lua" "$dir/q.img" <<'LUA'
error "no luck"
LUA
check 'which is still there' 0 'blank' none card show "$dir/q.img" </dev/null
check 'and the other is not' 3 'r.img' none card show "$dir/r.img" </dev/null

# A signal ends a script, whatever it catches, with 130.
cat >"$dir/loop.lua" <<'LUA'
local card = require "dmsc".connect()
print "begun"
io.stdout:flush()
while true do
	pcall(function() while true do end end)
end
LUA
for signal in INT TERM; do
	n=$((n + 1))
	: >"$dir/out"		# the last one's "begun" is not this one's
	"$dmsc" "$dir/loop.lua" >"$dir/out" 2>&1 &
	pid=$!
	tries=200
	until grep -q begun "$dir/out" || [ $((tries -= 1)) -eq 0 ]; do
		sleep 0.05
	done
	kill -$signal $pid
	wait $pid
	got=$?
	if [ $got -eq 130 ]; then
		echo "ok $n - SIG$signal ends a script"
	else
		bad=1
		sed 's/^/# /' "$dir/out"
		echo "not ok $n - SIG$signal ends a script: status $got"
	fi
done
echo "1..$n"
exit $bad
