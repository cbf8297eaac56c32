/* What a device took in, and what a card said by itself. */
#include <stdio.h>

#include "tools.h"

void
sh_print_taken(struct sh *sh, const struct dmsc_taken *d, size_t n)
{
	static const char *const heads[] = { "DOCUMENT", "KIND", "STATE",
		"WHY", "PLACES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	for (i = 0; i < n; i++) {
		char places[DMSC_ERR_TEXT] = "";
		const char *cells[] = { d[i].document, d[i].kind, d[i].state,
			d[i].why != NULL ? d[i].why : "", places };
		size_t at = 0;

		for (k = 0; k < d[i].n_places && at < sizeof places; k++)
			at += (size_t)snprintf(places + at,
			    sizeof places - at, "%s%s", k > 0 ? " " : "",
			    d[i].places[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

/* imap mail.example:993, smtp mail.example:465 */
static void
servers(const struct dmsc_service_account *a, char *out, size_t size)
{
	size_t i, at = 0;

	out[0] = '\0';
	for (i = 0; i < a->n_servers && at < size; i++) {
		const struct dmsc_service_server *s = &a->servers[i];

		at += (size_t)snprintf(out + at, size - at, "%s%s %s:%u",
		    i > 0 ? ", " : "", s->protocol, s->host != NULL ?
		    s->host : "", s->port);
	}
}

void
sh_print_services(struct sh *sh, const struct dmsc_service *s, size_t n)
{
	static const char *const heads[] = { "SERVICE", "STATE", "ACCOUNT",
		"SERVERS", "USER", "ACCESS", "FROM", "WHY" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	for (i = 0; i < n; i++) {
		const char *none[] = { s[i].name, s[i].state, "", "", "", "",
			"", "" };

		for (k = 0; k < s[i].n_accounts; k++) {
			const struct dmsc_service_account *a =
			    &s[i].accounts[k];
			char text[DMSC_ERR_TEXT];
			const char *cells[] = { s[i].name, a->usable ?
				"configured" : "unusable", a->uri, text,
				a->user != NULL ? a->user : "", a->apn !=
				NULL ? a->apn : "", a->document != NULL ?
				a->document : "", a->why != NULL ? a->why :
				"" };

			servers(a, text, sizeof text);
			sh_table_row(t, cells);
		}
		if (s[i].n_accounts == 0)
			sh_table_row(t, none);
	}
	sh_table_print(sh, &t);
}

/* A line each: what it works with, or why not. */
void
sh_print_ready(struct sh *sh, const struct dmsc_service *s, size_t n)
{
	char line[DMSC_ERR_TEXT];
	size_t i, k, at;

	for (i = 0; i < n; i++) {
		at = (size_t)snprintf(line, sizeof line, "%s", s[i].state);
		for (k = 0; k < s[i].n_accounts && at < sizeof line; k++) {
			const struct dmsc_service_account *a =
			    &s[i].accounts[k];

			at += (size_t)snprintf(line + at, sizeof line - at,
			    "%s%s%s%s", k == 0 ? ": " : ", ", a->uri,
			    a->why != NULL ? ": " : "", a->why != NULL ?
			    a->why : "");
		}
		sh_kv(sh, s[i].name, line);
	}
}

void
sh_print_hello(struct sh *sh, const struct dmsc_poweron *p)
{
	const struct dmsc_dm_state *a = p->application;
	char text[DMSC_ERR_TEXT];

	if (a == NULL)
		return;
	(void)snprintf(text, sizeof text, "DM-SC %s, messages of %zu bytes",
	    a->version, a->max_message);
	sh_kv(sh, "application", text);
	(void)snprintf(text, sizeof text, "%s%s%s", a->as,
	    a->server != NULL ? " " : "", a->server != NULL ? a->server : "");
	sh_kv(sh, "knows us as", text);
	(void)snprintf(text, sizeof text, "%s, DM-SC %s, messages of %zu "
	    "bytes", p->told->name, p->told->version, p->told->max_message);
	sh_kv(sh, "was told", text);
}

void
sh_print_played(struct sh *sh, const struct dmsc_played *p)
{
	static const char *const heads[] = { "KIND", "FILE", "BYTES", "SEES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	sh_kv(sh, "model", p->title);
	for (i = 0; i < p->n_kinds; i++) {
		const struct dmsc_played_kind *d = &p->kinds[i];
		char bytes[24] = "", sees[DMSC_ERR_TEXT] = "";
		const char *cells[] = { d->kind, d->file != NULL ? d->file :
			"", bytes, d->why != NULL ? d->why : sees };
		size_t at = 0;

		if (d->found)
			(void)snprintf(bytes, sizeof bytes, "%zu", d->bytes);
		for (k = 0; k < d->n_objects && at < sizeof sees; k++)
			at += (size_t)snprintf(sees + at, sizeof sees - at,
			    "%s%s", k > 0 ? " " : "", d->objects[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
	sh_print(sh, "%u APDU%s\n", p->apdus, sh_s(p->apdus));
}

void
sh_print_events(struct sh *sh, const struct dmsc_event *list, size_t n)
{
	static const char *const heads[] = { "EVENT", "ANSWER", "DETAIL",
		"FILES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct dmsc_event *e = &list[i];
		char files[DMSC_ERR_TEXT] = "";
		const char *cells[] = { e->name, e->answer,
			e->detail != NULL ? e->detail : "", files };
		size_t at = 0;

		for (k = 0; k < e->n_files && at < sizeof files; k++)
			at += (size_t)snprintf(files + at, sizeof files - at,
			    "%s%s", k > 0 ? " " : "", e->files[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

void
sh_print_orders(struct sh *sh, unsigned n)
{
	if (n > 0)
		sh_print(sh, "%u order%s carried out\n", n, sh_s(n));
}

void
sh_print_alerts(struct sh *sh, const struct dmsc_alerted *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sh_print(sh, "alert: %s%s%s %s%s\n", a[i].source != NULL ?
		    a[i].source : "", a[i].source != NULL ? " " : "",
		    a[i].type, a[i].data, a[i].status == 0 ? ", no answer" :
		    a[i].status >= 300 ? ", refused" : "");
}

void
sh_print_questions(struct sh *sh, const struct dmsc_talk_question *q,
    size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sh_print(sh, "%s: %s (%u)\n", q[i].kind, q[i].text,
		    q[i].status);
}

void
sh_print_steps(struct sh *sh, const struct dmsc_talk_step *v, size_t n)
{
	static const char *const heads[] = { "COMMAND", "URI", "STATUS", "" };
	struct sh_table *t;
	char status[16];
	size_t i;

	if (n == 0)
		return;
	t = sh_table_new(SH_COUNT(heads), heads);
	for (i = 0; i < n; i++) {
		const char *cells[] = { v[i].command, v[i].uri != NULL ?
			v[i].uri : "", status, v[i].text };

		(void)snprintf(status, sizeof status, "%u", v[i].status);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static void
print_rows(struct sh *sh, const struct dmsc_talk *x)
{
	size_t i;

	for (i = 0; i < x->n_told; i++)
		sh_print(sh, "told: %s %s%s\n", x->told[i].uri,
		    x->told[i].change, x->told[i].status == 0 ?
		    ", no answer" : x->told[i].status >= 300 ?
		    ", refused" : "");
	sh_print_alerts(sh, x->alerts, x->n_alerts);
	sh_print_questions(sh, x->questions, x->n_questions);
	sh_print_steps(sh, x->commands, x->n_commands);
}

static void
print_session(struct sh *sh, const struct dmsc_talk *x)
{
	sh_kv(sh, "device", x->device);
	sh_kv(sh, "card", x->card != NULL ? x->card : "no identity");
	sh_kv(sh, "asked by", x->asked != NULL ? x->asked : "nobody");
	if (x->asked == NULL)
		return;
	sh_kv(sh, "server", x->server);
	sh_kv(sh, "session", x->session);
	if (x->signer != NULL)
		sh_kv(sh, "signed by", x->signer);
	print_rows(sh, x);
	sh_print_orders(sh, x->orders);
	sh_print(sh, "%s%s, %u message%s, %u APDU%s, %zu byte%s\n",
	    x->aborted ? "the card aborted, " : "", x->changed ?
	    "the device's tree changed" : "nothing changed", x->messages,
	    sh_s(x->messages), x->apdus, sh_s(x->apdus), x->bytes,
	    sh_s(x->bytes));
}

void
sh_print_talk(struct sh *sh, const struct dmsc_talk *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		print_session(sh, &x[i]);
}
