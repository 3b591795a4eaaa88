/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SHA256_H
#define RUNNER_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/** sha256() - the hash of FIPS 180-4. */
void sha256(const void *data, size_t len, uint8_t out[static SHA256_SIZE]);

#endif
