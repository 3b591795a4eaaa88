/* SPDX-License-Identifier: MIT */
#include "canvas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"

struct canvas *canvas_new(int rows, int columns, bool utf8)
{
	struct canvas *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct canvas){ rows > 0 ? rows : 0, columns > 0 ? columns : 0, utf8, NULL };
	c->cells = calloc((size_t)c->rows * (size_t)c->columns + 1, sizeof(*c->cells));
	if (!c->cells)
		abort();
	for (int i = 0; i < c->rows * c->columns; i++)
		c->cells[i].text[0] = ' ';
	return c;
}

void canvas_free(struct canvas *c)
{
	if (!c)
		return;
	free(c->cells);
	free(c);
}

static struct canvas_cell *cell(const struct canvas *c, int row, int column)
{
	return &c->cells[row * c->columns + column];
}

static bool inside(const struct canvas *c, int row, int column)
{
	return row >= 0 && row < c->rows && column >= 0 && column < c->columns;
}

/* Bytes of the character at @p, which is valid UTF-8. */
static size_t char_len(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* A wide character of which one half is overwritten is gone as a whole. */
static void mend(struct canvas *c, int row, int column)
{
	if (inside(c, row, column) && !*cell(c, row, column)->text) {
		strcpy(cell(c, row, column)->text, " ");
		if (inside(c, row, column - 1))
			strcpy(cell(c, row, column - 1)->text, " ");
	}
}

static void set(struct canvas *c, int row, int column, const char *text, size_t len, int width,
		enum ink as)
{
	mend(c, row, column);
	mend(c, row, column + width);
	*cell(c, row, column) = (struct canvas_cell){ .ink = (unsigned char)as };
	memcpy(cell(c, row, column)->text, text, len);
	if (width == 2)
		*cell(c, row, column + 1) = (struct canvas_cell){ .ink = (unsigned char)as };
	/* a terminal that is not set to UTF-8 cannot be given it */
	for (int i = 0; !c->utf8 && ((unsigned char)*text & 0x80) && i < width; i++)
		strcpy(cell(c, row, column + i)->text, "?");
}

/* What combines with the character before it joins that, as far as there is room. */
static void join(struct canvas *c, int row, int column, const char *text, size_t len)
{
	char *to;

	if (!c->utf8 || !inside(c, row, column))
		return;
	to = cell(c, row, column)->text;
	if (*to && strlen(to) + len < sizeof(cell(c, row, column)->text))
		strncat(to, text, len);
}

static int put_clean(struct canvas *c, int row, int column, int width, enum ink as,
		     const char *text)
{
	int used = 0, last = -1;

	if (width > c->columns - column)
		width = c->columns - column;
	for (const char *p = text; *p && *p != '\n';) {
		char one[8] = "";
		size_t len = char_len(p);
		int wide;

		memcpy(one, p, len < sizeof(one) ? len : sizeof(one) - 1);
		p += len;
		wide = columns_width(one);
		if (wide == 0) {
			join(c, row, last, one, len);
			continue;
		}
		if (used + wide > width) {
			if (last >= 0)
				set(c, row, last, c->utf8 ? "…" : "~", c->utf8 ? 3 : 1, 1, as);
			break;
		}
		last = column + used;
		if (inside(c, row, last))
			set(c, row, last, one, len, wide, as);
		used += wide;
	}
	return used;
}

int canvas_put(struct canvas *c, int row, int column, int width, enum ink as, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), c->utf8, 0);

	return row < 0 || row >= c->rows || column < 0
		       ? 0
		       : put_clean(c, row, column, width, as, clean);
}

void canvas_right(struct canvas *c, int row, int end, int width, enum ink as, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), c->utf8, 0);
	int need = columns_width(clean);

	if (need > width)
		need = width;
	canvas_put(c, row, end - need, need, as, clean);
}

void canvas_repeat(struct canvas *c, int row, int column, int n, enum ink as, const char *piece)
{
	for (int i = 0; i < n; i++)
		canvas_put(c, row, column + i, 1, as, piece);
}

int canvas_wrap(struct canvas *c, int row, int column, int width, int most, enum ink as,
		const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), c->utf8, 1);
	_cleanup_free_ char *wrapped = NULL;
	size_t size;
	int rows = 0;
	FILE *f;

	if (width < 2 || most < 1)
		return 0;
	f = open_memstream(&wrapped, &size);
	if (!f)
		abort();
	columns_wrap(f, clean, width, "", 0);
	fclose(f);
	for (char *line = wrapped, *end; line && rows < most; line = end, rows++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		canvas_put(c, row + rows, column, width, as, line);
		if (end && rows == most - 1)
			canvas_right(c, row + rows, column + width, 1, as, c->utf8 ? "…" : "~");
	}
	return rows;
}

void canvas_copy(struct canvas *c, int row, int column, const struct canvas *from, int from_row,
		 int rows, bool here)
{
	for (int y = 0; y < rows; y++)
		for (int x = 0; x < from->columns; x++) {
			if (!inside(c, row + y, column + x) || !inside(from, from_row + y, x))
				continue;
			*cell(c, row + y, column + x) = *cell(from, from_row + y, x);
			cell(c, row + y, column + x)->here = here;
		}
}

char *canvas_line(const struct canvas *c, int row)
{
	char *text = NULL, *end;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	for (int x = 0; x < c->columns; x++)
		fputs(cell(c, row, x)->text, f);
	fclose(f);
	end = text + strlen(text);
	while (end > text && end[-1] == ' ')
		*--end = '\0';
	return text;
}
