/* SPDX-License-Identifier: MIT */
#include "svg_state.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "html.h"

/*
 * One class a phase. Colours are in svg.css (from Okabe and Ito's palette, which people with any
 * common kind of colour blindness can tell apart); the pattern says the same without colour.
 */
static const struct {
	const char *state, *class;
} classes[] = {
	{ "LISTEN", "listen" },   { "SYN-SENT", "open" },   { "SYN-RECV", "open" },
	{ "ESTAB", "estab" },     { "FIN-WAIT-1", "fin" },  { "FIN-WAIT-2", "fin" },
	{ "CLOSING", "fin" },     { "CLOSE-WAIT", "peer" }, { "LAST-ACK", "peer" },
	{ "TIME-WAIT", "timew" },
};

const char *svg_state_class(const char *state)
{
	size_t len = strcspn(state, "*");

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].state) == len && strncmp(classes[i].state, state, len) == 0)
			return classes[i].class;
	return "closed";
}

bool svg_state_closed(const char *state)
{
	return strncmp(state, "CLOSED", 6) == 0;
}

void svg_state_defs(FILE *out)
{
	fputs("<defs>"
	      "<pattern id=\"p-open\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
	      "<path class=\"pat\" d=\"M0 6L6 0M-1 1L1 -1M5 7L7 5\"/></pattern>"
	      "<pattern id=\"p-fin\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
	      "<path class=\"pat\" d=\"M0 0L6 6M5 -1L7 1M-1 5L1 7\"/></pattern>"
	      "<pattern id=\"p-peer\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
	      "<path class=\"pat\" d=\"M0 2.5H5\"/></pattern>"
	      "<pattern id=\"p-timew\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
	      "<circle class=\"dot\" cx=\"3\" cy=\"3\" r=\"1.1\"/></pattern>"
	      "</defs>\n",
	      out);
}

void svg_state_pill(FILE *out, double x, double y, double width, const char *state,
		    const char *extra)
{
	const char *class = svg_state_class(state);

	fprintf(out,
		"<g class=\"pill %s\"%s><rect x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" "
		"height=\"18\" rx=\"4\"/>",
		class, extra, x, y - 9, width);
	fprintf(out, "<text x=\"%.5g\" y=\"%.5g\">", x + width / 2, y + 4);
	html_text(out, state);
	fputs("</text></g>\n", out);
}

static char *wrapped(const char *text, int columns)
{
	char *lines = NULL;
	size_t size;
	FILE *f = open_memstream(&lines, &size);

	if (!f)
		abort();
	columns_wrap(f, text, columns, "", 0);
	fclose(f);
	return lines;
}

int svg_lines_count(const char *text, int columns)
{
	_cleanup_free_ char *lines = wrapped(text, columns);
	int n = 1;

	for (const char *p = lines; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

int svg_lines(FILE *out, const char *text, int columns, double x, double y, double height,
	      const char *attributes)
{
	_cleanup_free_ char *lines = wrapped(text, columns);
	int n = 0;

	for (char *line = lines, *end; line; line = end, n++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		fprintf(out, "<text x=\"%.5g\" y=\"%.5g\"%s>", x, y + n * height, attributes);
		html_text(out, line);
		fputs("</text>\n", out);
	}
	return n;
}
