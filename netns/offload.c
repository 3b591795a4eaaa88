/* SPDX-License-Identifier: MIT */
#include "offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "err.h"

/*
 * The ioctl interface, which every kernel has, one feature a call. The order
 * matters for what is left to do, not for the result: without checksum offload
 * netdev_fix_features() takes scatter-gather away, and with it TSO and GSO; the
 * later calls then say so explicitly, whatever a future kernel infers.
 * GRO is off by default on veth since it exists there (veth_disable_gro()).
 */
static const struct {
	__u32 cmd;
	const char *name;
} features[] = {
	{ ETHTOOL_STXCSUM, "transmit checksums" },   { ETHTOOL_SSG, "scatter-gather" },
	{ ETHTOOL_STSO, "TCP segmentation" },        { ETHTOOL_SGSO, "generic segmentation" },
	{ ETHTOOL_SGRO, "generic receive merging" },
};

int offload_off(int fd, const char *ifname, struct err *err)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		struct ethtool_value value = { .cmd = features[i].cmd };
		struct ifreq ifr = { .ifr_data = (char *)&value };

		snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
		if (ioctl(fd, SIOCETHTOOL, &ifr) != 0)
			return err_set(err, errno, "offload: switch off %s on %s: %s",
				       features[i].name, ifname, err_name(errno));
	}
	return 0;
}
