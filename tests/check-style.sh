#!/bin/sh
# What a machine can check of the house style: file, function and line
# lengths, parameters, forbidden functions, tabs, include guards, globals.
cd "${srcdir:-.}" || exit 1
files=$(find core shell lua tests -name '*.[ch]' | sort)
n=0
bad=0
report() {	# report TEXT NAME
	n=$((n + 1))
	if [ -z "$1" ]; then
		echo "ok $n - $2"
	else
		bad=1
		echo "$1" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}
report "$(wc -l $files | awk '$1 > 800 && $2 != "total"')" \
	'files of at most 800 lines'
report "$(awk '/^[a-z_].*\(.*[^;]$/ || /^[a-z_]+\(/ { name = $1; start = FNR }
	/^\{/ { open = FNR }
	/^\}/ { if (open && FNR - open - 1 > 60)
		print FILENAME ":" open ": " name " " FNR - open - 1 " lines"
		open = 0 }' $files)" 'functions of at most 60 lines'
report "$(awk 'BEGIN { blanks = "        " }
	{ while ((at = index($0, "\t")) > 0)
		$0 = substr($0, 1, at - 1) \
		    substr(blanks, (at - 1) % 8 + 1) substr($0, at + 1) }
	length($0) > 80 { print FILENAME ":" FNR }' $files |
	grep -v '^tests/.*vectors')" 'lines of at most 80 columns'
# What libmicrohttpd calls has the parameters that it gives.
report "$(awk '/^[a-z_]+\(/ { sig = ""; on = 1 }
	on { sig = sig $0 }
	on && /\)/ { on = 0; if (gsub(/,/, ",", sig) > 6 && sig !~ /\{|MHD_/)
		print FILENAME ":" FNR ": " gsub(/,/, ",", sig) + 1 " parameters" }
	' $(echo "$files" | tr ' ' '\n' | grep '\.c$'))" 'at most 6 parameters'
report "$(grep -nE '(^|[^a-z_])(strcpy|strcat|sprintf|strtok|atoi|atol|gets)\(' \
	$files)" 'no forbidden functions'
report "$(grep -nE '(^|[^a-z_])(strtol|strtoul|strtoull|strtoll)\(' $files |
	grep -v '^core/base/')" 'strtol only in base'
report "$(grep -nE '(^|[^a-z_])(printf|puts|exit|abort)\(' \
	$(find core -name '*.c'))" 'core prints nothing and never exits'
report "$(grep -nE '^typedef' $files)" 'no typedef'
report "$(grep -nE '^(	*)    [^ ]' $files | grep -nE '^[^:]*:[0-9]*:    {5,}' )" \
	'tabs, not blanks'
report "$(grep -nE '[ 	]+$' $files)" 'no blanks at line ends'
report "$(grep -L '^#ifndef DMSC_.*_H$' \
	$(find core shell lua tests -name '*.h'))" 'include guards'
report "$(awk 'FNR == 1 && !/^\/\*/ { print FILENAME }' \
	$(find core shell lua -name '*.c'))" 'a file opens with what it is'
report "$(grep -nE '^(static )?(struct [a-z_]+|int|unsigned|char|size_t|bool|uint[0-9]+_t) \**[a-z_]+( = .*)?;$' \
	$(find core shell -name '*.c'))" 'no globals that vary'
report "$(grep -nwE 'TODO|FIXME|XXX|HACK' $files)" 'nothing left to do'
echo "1..$n"
exit $bad
