/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_REPORT_SITE_H
#define RUNNER_REPORT_SITE_H

struct err;
struct options;

/**
 * report_site() - run every lab and write the course as a site: a page for each lab in each
 * language, and an index of them. What it does is said on stdout, a line for each lab.
 * @folder: made when it is not there
 * Return: the exit status for the worst verdict, or -errno.
 */
int report_site(const struct options *o, const char *folder, struct err *err);

#endif
