/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes are a frame, or are refused; what is reported is within bounds. As a
 * segment, and as an ICMP error about one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/icmp.h"
#include "../netns/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void try_icmp(const uint8_t *data, size_t size)
{
	struct icmp_error icmp;
	const int rc = icmp_parse(data, size, &icmp);

	must(rc == 0 || rc == -EPROTONOSUPPORT || rc == -EBADMSG);
	if (rc < 0)
		return;
	must(icmp_name_find(icmp_name(&icmp)) != NULL);
	must(icmp.len <= 65535);
	must(icmp.v6 || (endpoint_is_v4(&icmp.src) && endpoint_is_v4(&icmp.from)));
	must(!icmp.mtu || !icmp_aborts(&icmp));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[ENDPOINT_MAX_TEXT], flags[SEG_FLAGS_MAX_TEXT];
	struct segment seg;
	const int rc = segment_parse(data, size, &seg);

	try_icmp(data, size);
	must(rc == 0 || rc == -EPROTONOSUPPORT || rc == -EBADMSG);
	if (rc < 0)
		return 0;
	must(seg.n_sack <= SEG_MAX_SACK);
	must(seg.wscale <= 14);
	must(seg.len <= 65535);
	must(seg.fastopen_len >= -1 && seg.fastopen_len <= 38);
	must(segment_flags_parse(segment_flags(seg.flags, flags)) == seg.flags);
	must(strlen(endpoint_format(&seg.src, text)) < sizeof(text));
	must(strlen(endpoint_format(&seg.dst, text)) < sizeof(text));
	must(segment_end(&seg) - seg.seq <= seg.len + 2);
	return 0;
}
