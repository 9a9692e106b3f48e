/* silence/contrast.h
 * What a silence is held against: the same server answers another name. That may be known before or only be
 * learnt later; so what was said last is remembered, and said again with what was learnt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

void told_open(silences_t *silences);
void told_close(silences_t *silences);

/* Something was said about a first frame, or once more. obs: what was sent last. */
void told_remember(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key,
                   uint16_t request, uint32_t frame, const observation_t *obs);
/* It is no longer true. */
void told_forget(engine_t *engine, uint32_t frame);
/* What was said about a first frame; NULL: nothing, or too long ago. */
told_t *told_find(const engine_t *engine, uint32_t frame);

/* The server answers `name`, asked for by this client, at hand: says again what was told, if that is news. */
void told_add_contrast(engine_t *engine, told_t *told, const host_t *client, const observation_t *obs,
                       const char *name);

/* The name that the client asked for, of names_t; 0: it is not known by name. */
uint16_t flow_name(const engine_t *engine, const flow_t *flow);

/* A server answers a request: contrast to what was asked of it before, or the same asked once more. */
void contrast_works(engine_t *engine, const flow_t *flow, const observation_t *obs);

/* Fills in the other name that the server of a flow has answered. since: the frame after which it says that the
 * path was there meanwhile. */
void contrast_read(const engine_t *engine, const flow_t *flow, uint32_t since, silence_case_t *c);
