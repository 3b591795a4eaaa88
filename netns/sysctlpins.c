/* SPDX-License-Identifier: MIT */
#include "sysctl.h"

/*
 * What every host starts with. Where nothing else is said the value is the
 * kernel's own default (Documentation/networking/ip-sysctl.rst and the source
 * of 6.1 to 6.18): the table undoes what a distribution or an administrator
 * changed, since several of these are copied from the machine's first
 * namespace when one is made (tcp_sk_init(), devinet_init_net()). "Default N"
 * in a reason marks the few that differ on purpose. Sysctls that exist once
 * per machine (tcp_mem, tcp_max_orphans, netdev_max_backlog) are not for a
 * namespace to set; labs that need them need a lab kernel.
 *
 * Order matters in one place: conf.default before any interface is made.
 */
#define ALWAYS   false
#define OPTIONAL true

const struct sysctl_pin sysctl_pins[] = {
	/* Opening: how often SYN and SYN-ACK are repeated, and what a full queue does. */
	{ "net.ipv4.tcp_syncookies", "1", ALWAYS,
	  "a full SYN queue answers with cookies; 0 and 2 are what labs change" },
	{ "net.ipv4.tcp_max_syn_backlog", "1024", ALWAYS,
	  "counts only without cookies; the kernel derives it from memory size" },
	{ "net.core.somaxconn", "4096", OPTIONAL,
	  "caps listen(); not visible in a user-owned namespace before 6.3" },
	{ "net.ipv4.tcp_abort_on_overflow", "0", ALWAYS,
	  "a full accept queue drops the third ACK instead of answering RST" },
	{ "net.ipv4.tcp_syn_retries", "6", ALWAYS, "when connect() gives up" },
	{ "net.ipv4.tcp_syn_linear_timeouts", "4", OPTIONAL,
	  "SYNs one second apart before back-off begins; since 6.5" },
	{ "net.ipv4.tcp_synack_retries", "5", ALWAYS, "how long a request stays in SYN-RECV" },
	{ "net.ipv4.tcp_fastopen", "1", ALWAYS,
	  "client side only, so no SYN carries data unless a lab asks" },
	{ "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "0", ALWAYS,
	  "a lost Fast Open SYN does not switch it off for later ones" },
	{ "net.ipv4.tcp_migrate_req", "0", ALWAYS,
	  "a closing listener's requests die with it instead of moving" },

	/* Closing: TIME-WAIT, FIN-WAIT-2 and orphans. */
	{ "net.ipv4.tcp_fin_timeout", "60", ALWAYS, "how long an orphan stays in FIN-WAIT-2" },
	{ "net.ipv4.tcp_orphan_retries", "0", ALWAYS,
	  "how long an orphan stays in FIN-WAIT-1 and LAST-ACK (0: as 8)" },
	{ "net.ipv4.tcp_tw_reuse", "2", ALWAYS,
	  "connect() reuses a TIME-WAIT port on loopback only" },
	{ "net.ipv4.tcp_tw_reuse_delay", "1000", OPTIONAL,
	  "how old such a TIME-WAIT has to be, in ms; since 6.14" },
	{ "net.ipv4.tcp_max_tw_buckets", "65536", ALWAYS,
	  "TIME-WAIT sockets kept; the kernel derives it from memory size" },
	{ "net.ipv4.tcp_rfc1337", "0", ALWAYS, "an RST ends TIME-WAIT" },

	/* Repeating: what counts as lost, and when a connection is given up. */
	{ "net.ipv4.tcp_retries1", "3", ALWAYS, "when the route is asked for again" },
	{ "net.ipv4.tcp_retries2", "15", ALWAYS, "when an established connection is given up" },
	{ "net.ipv4.tcp_rto_min_us", "200000", OPTIONAL,
	  "the smallest retransmission timeout; a constant before 6.11" },
	{ "net.ipv4.tcp_rto_max_ms", "120000", OPTIONAL,
	  "the largest one; a constant before 6.15" },
	{ "net.ipv4.tcp_thin_linear_timeouts", "0", ALWAYS,
	  "exponential back-off for thin streams too" },
	{ "net.ipv4.tcp_early_retrans", "3", ALWAYS, "tail loss probes are sent" },
	{ "net.ipv4.tcp_recovery", "1", ALWAYS, "RACK judges loss by time (RFC 8985)" },
	{ "net.ipv4.tcp_frto", "2", ALWAYS, "spurious timeouts are detected (RFC 5682)" },
	{ "net.ipv4.tcp_reordering", "3", ALWAYS, "duplicate ACKs that mean loss, at first" },
	{ "net.ipv4.tcp_max_reordering", "300", ALWAYS, "and at most" },
	{ "net.ipv4.tcp_retrans_collapse", "1", ALWAYS,
	  "small segments are merged when sent again" },
	{ "net.ipv4.tcp_keepalive_time", "7200", ALWAYS,
	  "idle seconds before the first keepalive probe" },
	{ "net.ipv4.tcp_keepalive_intvl", "75", ALWAYS, "seconds between probes" },
	{ "net.ipv4.tcp_keepalive_probes", "9", ALWAYS, "unanswered probes that end a connection" },

	/* Options of the SYN, and what an ACK carries. */
	{ "net.ipv4.tcp_timestamps", "1", ALWAYS, "with a random offset per peer (RFC 7323)" },
	{ "net.ipv4.tcp_window_scaling", "1", ALWAYS, "the window option of the SYN (RFC 7323)" },
	{ "net.ipv4.tcp_sack", "1", ALWAYS, "SACK permitted (RFC 2018)" },
	{ "net.ipv4.tcp_dsack", "1", ALWAYS, "duplicates are reported (RFC 2883)" },
	{ "net.ipv4.tcp_comp_sack_delay_ns", "1000000", ALWAYS, "how long SACKs are compressed" },
	{ "net.ipv4.tcp_comp_sack_slack_ns", "100000", ALWAYS, "and how inexactly" },
	{ "net.ipv4.tcp_comp_sack_nr", "44", ALWAYS, "and how many at most" },
	{ "net.ipv4.tcp_backlog_ack_defer", "1", OPTIONAL,
	  "one ACK for what a busy socket had queued; since 6.7" },
	{ "net.ipv4.tcp_pingpong_thresh", "1", OPTIONAL,
	  "when ACKs begin to wait for data; settable since 6.7" },
	{ "net.ipv4.tcp_ecn", "2", ALWAYS, "ECN only when the peer asks for it (RFC 3168)" },
	{ "net.ipv4.tcp_ecn_fallback", "1", ALWAYS, "a refused ECN SYN is repeated without it" },
	{ "net.ipv4.tcp_ecn_option", "2", OPTIONAL, "the AccECN option; since 6.18" },
	{ "net.ipv4.tcp_ecn_option_beacon", "3", OPTIONAL,
	  "how often a round trip it is sent; since 6.18" },
	{ "net.ipv4.tcp_reflect_tos", "0", ALWAYS, "the answer does not copy the TOS of the SYN" },
	{ "net.ipv4.tcp_invalid_ratelimit", "500", ALWAYS,
	  "ms between answers to duplicate SYNs and invalid segments" },
	{ "net.ipv4.tcp_challenge_ack_limit", "2147483647", ALWAYS,
	  "challenge ACKs are not rationed per second (RFC 5961)" },
	{ "net.ipv4.tcp_stdurg", "0", ALWAYS, "the urgent pointer as BSD reads it" },
	{ "net.ipv4.tcp_app_win", "31", ALWAYS, "no part of the window is kept back" },
	{ "net.ipv4.tcp_workaround_signed_windows", "0", ALWAYS,
	  "windows are unsigned even without scaling" },
	{ "net.ipv4.tcp_shrink_window", "0", OPTIONAL,
	  "an offered window is never taken back; since 6.6" },

	/* Buffers. A new namespace copies some of these from the machine's first one. */
	{ "net.ipv4.tcp_rmem", "4096 131072 6291456", ALWAYS,
	  "receive buffer: least, first, most; decides the window" },
	{ "net.ipv4.tcp_wmem", "4096 16384 4194304", ALWAYS,
	  "send buffer: decides when write() has to wait" },
	{ "net.ipv4.tcp_moderate_rcvbuf", "1", ALWAYS, "the receive buffer grows by itself" },
	{ "net.ipv4.tcp_adv_win_scale", "1", ALWAYS,
	  "the part of the buffer offered as window, before 6.6" },
	{ "net.ipv4.tcp_notsent_lowat", "4294967295", ALWAYS,
	  "unsent bytes do not limit writability" },
	{ "net.ipv4.tcp_limit_output_bytes", "1048576", ALWAYS,
	  "bytes below TCP per socket; the default was raised to 4 MiB in 6.18" },

	/* Sending: when, how much, how fast. */
	{ "net.ipv4.tcp_congestion_control", "cubic|reno", ALWAYS,
	  "distributions differ (bbr); reno is in every kernel" },
	{ "net.ipv4.tcp_slow_start_after_idle", "1", ALWAYS,
	  "the congestion window shrinks in a pause (RFC 2861)" },
	{ "net.ipv4.tcp_autocorking", "1", ALWAYS,
	  "small writes wait while packets are still below TCP" },
	{ "net.ipv4.tcp_min_tso_segs", "2", ALWAYS, "segments per burst at least" },
	{ "net.ipv4.tcp_tso_win_divisor", "3", ALWAYS,
	  "part of the window that one burst may take" },
	{ "net.ipv4.tcp_tso_rtt_log", "9", OPTIONAL, "larger bursts to near peers; since 5.18" },
	{ "net.ipv4.tcp_pacing_ss_ratio", "200", ALWAYS,
	  "pacing in slow start, in percent of the rate" },
	{ "net.ipv4.tcp_pacing_ca_ratio", "120", ALWAYS, "and afterwards" },
	{ "net.ipv4.tcp_min_rtt_wlen", "300", ALWAYS,
	  "seconds over which the least round trip is taken" },
	{ "net.ipv4.tcp_no_metrics_save", "1", ALWAYS,
	  "default 0: one connection would teach the next its ssthresh and RTT" },
	{ "net.ipv4.tcp_no_ssthresh_metrics_save", "1", ALWAYS, "the same for ssthresh alone" },
	{ "net.ipv4.tcp_plb_enabled", "0", OPTIONAL,
	  "flow labels do not change with congestion; since 6.2" },
	{ "net.core.txrehash", "1", OPTIONAL,
	  "a timed-out connection looks for another path; since 5.18" },

	/* Segment size. */
	{ "net.ipv4.tcp_mtu_probing", "0", ALWAYS,
	  "no search for a larger or a smaller packet size" },
	{ "net.ipv4.tcp_base_mss", "1024", ALWAYS,
	  "where such a search begins when a lab switches it on" },
	{ "net.ipv4.tcp_mtu_probe_floor", "48", ALWAYS, "and where it ends" },
	{ "net.ipv4.tcp_probe_interval", "600", ALWAYS, "and how often it begins again" },
	{ "net.ipv4.tcp_probe_threshold", "8", ALWAYS, "and how exact it is" },
	{ "net.ipv4.tcp_min_snd_mss", "48", ALWAYS, "the smallest MSS that a peer can impose" },
	{ "net.ipv4.ip_no_pmtu_disc", "0", ALWAYS,
	  "Don't Fragment is set; \"fragmentation needed\" is believed" },

	/* Ports and addresses. */
	{ "net.ipv4.ip_local_port_range", "32768 60999", ALWAYS,
	  "where connect() takes its port from" },
	{ "net.ipv4.ip_unprivileged_port_start", "0", ALWAYS,
	  "default 1024: the engine gives up CAP_NET_BIND_SERVICE, and hosts listen on 80" },
	{ "net.ipv4.ip_autobind_reuse", "0", ALWAYS, "a port in use is not taken again by itself" },
	{ "net.ipv4.ip_nonlocal_bind", "0", ALWAYS, "bind() wants an address of the host" },
	{ "net.ipv4.ip_default_ttl", "64", ALWAYS, "the TTL that a capture shows" },
	{ "net.ipv6.bindv6only", "0", OPTIONAL, "a listener on :: takes IPv4 as well" },

	/* Routing. The IPv4 conf tree is copied from the machine's first namespace. */
	{ "net.ipv4.ip_forward", "0", ALWAYS,
	  "a host is no router; the network switches it on for itself" },
	{ "net.ipv4.conf.all.rp_filter", "0", ALWAYS,
	  "the source of a packet is not checked against the routes" },
	{ "net.ipv4.conf.default.rp_filter", "0", ALWAYS,
	  "the larger of both counts (Debian sets 2)" },
	{ "net.ipv4.conf.all.accept_redirects", "0", ALWAYS,
	  "default 1: routes stay as they were built" },
	{ "net.ipv4.conf.default.accept_redirects", "0", ALWAYS, "the same" },
	{ "net.ipv4.conf.all.send_redirects", "0", ALWAYS,
	  "default 1: the network never proposes another way" },
	{ "net.ipv4.conf.default.send_redirects", "0", ALWAYS, "the same" },
	{ "net.ipv4.conf.all.arp_ignore", "0", ALWAYS, "every address of the host answers ARP" },
	{ "net.ipv4.conf.default.arp_ignore", "0", ALWAYS, "the larger of both counts" },
	{ "net.ipv4.icmp_ratelimit", "1000", ALWAYS, "ms between ICMP errors to one peer" },

	/* IPv6 without chatter: addresses are valid at once, and nobody solicits or advertises. */
	{ "net.ipv6.conf.all.disable_ipv6", "0", OPTIONAL, "some installations switch IPv6 off" },
	{ "net.ipv6.conf.default.disable_ipv6", "0", OPTIONAL, "the same" },
	{ "net.ipv6.conf.all.accept_dad", "0", OPTIONAL,
	  "no duplicate address detection, which takes a second" },
	{ "net.ipv6.conf.default.accept_dad", "0", OPTIONAL,
	  "default 1; the larger of both counts" },
	{ "net.ipv6.conf.default.dad_transmits", "0", OPTIONAL, "default 1: the same" },
	{ "net.ipv6.conf.all.accept_ra", "0", OPTIONAL, "default 1: no router is believed" },
	{ "net.ipv6.conf.default.accept_ra", "0", OPTIONAL, "the same" },
	{ "net.ipv6.conf.default.autoconf", "0", OPTIONAL,
	  "default 1: no address but those that were given" },
	{ "net.ipv6.conf.default.use_tempaddr", "0", OPTIONAL, "the same" },
	{ "net.ipv6.conf.all.router_solicitations", "0", OPTIONAL,
	  "default -1: no router is looked for" },
	{ "net.ipv6.conf.default.router_solicitations", "0", OPTIONAL, "the same" },
	{ "net.ipv6.conf.default.addr_gen_mode", "1", OPTIONAL,
	  "default 0: no link-local address, so nothing announces it" },
	{ "net.ipv6.conf.all.accept_redirects", "0", OPTIONAL,
	  "default 1: routes stay as they were built" },
	{ "net.ipv6.conf.default.accept_redirects", "0", OPTIONAL, "the same" },
	{ "net.ipv6.auto_flowlabels", "1", OPTIONAL, "flow labels as the kernel makes them" },
};

const size_t sysctl_n_pins = sizeof(sysctl_pins) / sizeof(sysctl_pins[0]);
