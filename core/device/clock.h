/*
 * The device's clock: that of this machine until it is set; from then on it
 * stands at ./Origin/Clock and moves when it is told to, never by itself.
 * Seconds since 1970; the device lives in UTC.
 */
#ifndef DMSC_DEVICE_CLOCK_H
#define DMSC_DEVICE_CLOCK_H

#include "device/state.h"

enum { DMSC_DAY = 86400 };

int64_t dmsc_clock_now(const struct dmsc_device *d);
bool dmsc_clock_is_set(const struct dmsc_device *d);
/* Stands at t from now on; real: is this machine's again. */
int dmsc_clock_set(struct dmsc_device *d, int64_t t) DMSC_MUST_CHECK;
int dmsc_clock_real(struct dmsc_device *d) DMSC_MUST_CHECK;

/* "2026-11-23T08:00", with or without ":30" and "Z"; or "08:00" of the day
 * of now. FORMAT: none of them, or no such day or hour; years 1970 to 9999. */
int dmsc_clock_parse(const char *s, int64_t now, int64_t *out)
    DMSC_MUST_CHECK;
/* "90m", "1d12h": numbers with d, h, m, s, each once and in this order.
 * FORMAT; LIMIT: more than 100 years. */
int dmsc_clock_span(const char *s, int64_t *out) DMSC_MUST_CHECK;
/* Minutes of "08:00", 0 to 24 * 60, from n bytes; -1: they are none. */
int dmsc_clock_minutes(const char *s, size_t n);

#endif
