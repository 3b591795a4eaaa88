/* SPDX-License-Identifier: MIT */
#include "keep.h"

#include <errno.h>

#include "../netns/err.h"
#include "command.h"
#include "outfile.h"
#include "pcapng.h"

int keep_begin(struct keep *k, const struct options *o, struct err *err)
{
	int rc = 0;

	*k = (struct keep){ 0 };
	if (o->pcap_host && !o->pcap) {
		err_set(err, EINVAL, "--pcap-host %s goes with --pcap", o->pcap_host);
		return err_remedy(err, "for instance --pcap run.pcapng --pcap-host %s",
				  o->pcap_host);
	}
	if (o->record)
		rc = outfile_create(o->record, &k->record, err);
	if (rc == 0 && o->pcap)
		rc = outfile_create(o->pcap, &k->capture, err);
	if (rc != 0) {
		outfile_abandon(k->record);
		return rc;
	}
	if (k->capture)
		k->pcap = pcapng_new(outfile_stream(k->capture), o->pcap_host);
	return 0;
}

int keep_event(struct keep *k, const json_t *ev, const char *line, size_t len, struct err *err)
{
	int rc = k->record && line ? outfile_line(k->record, line, len, err) : 0;

	return rc == 0 && k->pcap ? pcapng_event(k->pcap, ev, err) : rc;
}

static int end_one(struct outfile *file, int rc, struct err *err)
{
	int rc2;

	if (!file)
		return rc;
	if (rc < 0) {
		outfile_abandon(file);
		return rc;
	}
	rc2 = outfile_commit(file, err);
	return rc2 < 0 ? rc2 : rc;
}

int keep_end(struct keep *k, int rc, struct err *err)
{
	if (k->pcap)
		pcapng_free(k->pcap);
	rc = end_one(k->capture, rc, err);
	return end_one(k->record, rc, err);
}
