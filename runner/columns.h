/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COLUMNS_H
#define RUNNER_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

/*
 * Text by terminal columns: East Asian wide and fullwidth characters take two,
 * combining marks none, SGR sequences (ESC [ … m) none. utf8proc knows the widths.
 */

/** columns_width() - how many columns @text takes (up to its first newline). */
int columns_width(const char *text);

/** columns_pad() - write @text and spaces up to @width columns; longer text is cut and ends in "…"
 * (or "~" without @utf8). */
void columns_pad(FILE *out, const char *text, int width, int utf8);

/** columns_repeat() - write @piece @n times. */
void columns_repeat(FILE *out, const char *piece, int n);

/**
 * columns_wrap() - write @text wrapped to @width columns, each line after the
 * first begun with @indent (plain spaces or a quote bar; its width counts).
 * @first_used: columns already used on the first line. Breaks at spaces, and between wide
 * characters by the rule that closing punctuation (，。！？：；、）」』”) never starts a line and
 * opening punctuation never ends one. A word wider than a line is cut. SGR in force is carried over
 * a break. A no-break space is written as a space. '\n' in @text is a hard break. No newline is
 * written after the last line.
 */
void columns_wrap(FILE *out, const char *text, int width, const char *indent, int first_used);

/**
 * columns_clean() - make any bytes safe to print: control characters (C0, C1, DEL), bidirectional
 * overrides and invalid UTF-8 become visible (U+FFFD or "?" without @utf8); '\n' stays if
 * @newlines, else becomes a space; '\t' a space. Return: malloc'ed, never NULL (aborts when out of
 * memory).
 */
char *columns_clean(const char *text, size_t len, int utf8, int newlines);

/** columns_valid() - Return: how many bytes @text begins with that are UTF-8; @len when all are. */
size_t columns_valid(const char *text, size_t len);

#endif
