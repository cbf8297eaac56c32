/* Completion for bash, from the descriptors (bash-completion's lazy files). */
#include "impl.h"

#include <string.h>

static void
put_options(FILE *f, const struct sh_opt *o)
{
	for (; o != NULL && o->name != NULL; o++) {
		if (o->letter != 0)
			fprintf(f, " -%c", o->letter);
		fprintf(f, " --%s", o->name);
	}
}

/* Program options that take the next word: -r|--reader|... */
static void
put_taking(FILE *f)
{
	const struct sh_opt *o;
	const char *bar = "";

	for (o = sh_program_options(); o->name != NULL; o++) {
		if (o->arg == NULL || o->arg[0] == '[')
			continue;
		if (o->letter != 0)
			fprintf(f, "%s-%c|", bar, o->letter);
		else
			fputs(bar, f);
		fprintf(f, "--%s", o->name);
		bar = "|";
	}
}

/* The first words of all commands, each once: the list is sorted. */
static void
put_first_words(FILE *f)
{
	const char *last = "";
	size_t i, n;

	for (i = 0; sh_cmds[i] != NULL; i++) {
		n = strcspn(sh_cmds[i]->name, " ");
		if (strncmp(last, sh_cmds[i]->name, n) != 0 ||
		    strcspn(last, " ") != n)
			fprintf(f, " %.*s", (int)n, sh_cmds[i]->name);
		last = sh_cmds[i]->name;
	}
}

static void
put_verbs(FILE *f)
{
	size_t i;

	for (i = 0; sh_cmds[i] != NULL; i++) {
		const char *verb = strchr(sh_cmds[i]->name, ' ');

		if (verb != NULL)
			fprintf(f, "\t'%.*s ') words+=' %s' ;;&\n",
			    (int)(verb - sh_cmds[i]->name), sh_cmds[i]->name,
			    verb + 1);
	}
}

static void
put_command_options(FILE *f)
{
	size_t i;

	for (i = 0; sh_cmds[i] != NULL; i++) {
		if (sh_cmds[i]->opts == NULL)
			continue;
		fprintf(f, "\t'%s '*) words+='", sh_cmds[i]->name);
		put_options(f, sh_cmds[i]->opts);
		fputs("' ;;&\n", f);
	}
}

void
sh_help_bash(FILE *f)
{
	fputs("# bash completion for dmsc, printed by 'dmsc help --bash'.\n"
	    "_dmsc()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words= cmd= verb= i\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tcase ${COMP_WORDS[i]} in\n\t\t", f);
	put_taking(f);
	fputs(") ((i++)) ;;\n\t\t-*) ;;\n"
	    "\t\t*)\tif [[ -z $cmd ]]; then cmd=${COMP_WORDS[i]}\n"
	    "\t\t\telse verb=${COMP_WORDS[i]}; break; fi ;;\n"
	    "\t\tesac\n\tdone\n"
	    "\tcase \"$cmd $verb\" in\n\t' ') words='", f);
	put_first_words(f);
	put_options(f, sh_program_options());
	fputs("' ;;&\n", f);
	put_verbs(f);
	fputs("\tesac\n\tcase \"$cmd $verb \" in\n", f);
	put_command_options(f);
	fputs("\tesac\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	    "complete -o default -F _dmsc dmsc\n", f);
}
