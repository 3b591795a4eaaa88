/* SPDX-License-Identifier: MIT */
#include "silence.h"

#include <errno.h>
#include <stdlib.h>

#include "../netns/duration.h"
#include "../netns/err.h"

/* Virtual time does not wait, so even a machine that is slow and busy has something to say soon. */
#define USUAL    (60 * NS_PER_S)
#define SHORTEST (1 * NS_PER_S)
#define LONGEST  (24 * 3600 * NS_PER_S)

int silence_limit(int64_t *ns, struct err *err)
{
	const char *text = getenv("TCPLAB_SILENCE");
	int rc;

	*ns = USUAL;
	if (!text || !*text)
		return 0;
	rc = duration_parse(text, ns, err);
	if (rc < 0)
		return err_context(err, "TCPLAB_SILENCE");
	if (*ns >= SHORTEST && *ns <= LONGEST)
		return 0;
	err_set(err, EINVAL, "TCPLAB_SILENCE: %.40s is not from 1 s to 24 h", text);
	return err_remedy(err, "it is how long a lab kernel may say nothing before it is taken for "
			       "stuck; 60 s when it is not set");
}
