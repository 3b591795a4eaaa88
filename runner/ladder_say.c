/* SPDX-License-Identifier: MIT */
#include "ladder_row.h"
#include "messages.h"

/* The words of a row that every drawing of it has. */

void ladder_say_label(FILE *out, const struct ladder_row *row, enum lang lang, const char *to)
{
	if (row->conn)
		fprintf(out, "#%lld ", row->conn);
	if (row->named && row->kind == ROW_SEGMENT)
		fprintf(out, "%s %s %s: ", row->host[row->from], to, row->host[!row->from]);
	else if (row->named && row->kind != ROW_FOLDED)
		fprintf(out, "%s: ", row->host[row->from]);
	if (row->kind == ROW_SEGMENT) {
		if (row->made)
			message_say(out, lang, LADDER_MADE);
		if (row->rtx)
			message_say(out, lang, LADDER_RTX);
		if (row->fate == FATE_DUPLICATE)
			message_say(out, lang, LADDER_DUPLICATE);
		else if (row->resumed && row->fate == FATE_ARRIVED)
			message_say(out, lang, LADDER_ARRIVES);
	}
	fputs(row->label, out);
	if (row->kind == ROW_CHANGE && row->why)
		fprintf(out, " (%s)", row->why);
}

void ladder_say_end(FILE *out, const struct ladder_row *row, enum lang lang)
{
	if (row->kind != ROW_SEGMENT || row->fate == FATE_ARRIVED || row->fate == FATE_DUPLICATE)
		return;
	if (row->fate == FATE_HELD)
		message_say(out, lang, LADDER_HELD);
	else if (row->fate == FATE_FLYING)
		fputs(message(lang, row->overdue ? MSG_LADDER_OVERDUE : MSG_LADDER_ON_ITS_WAY),
		      out);
	else if (row->why && *row->why)
		message_say(out, lang, LADDER_LOST_WHY, row->why);
	else
		message_say(out, lang, LADDER_LOST);
}
