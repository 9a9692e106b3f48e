/* detectors.c
 * The list of families as an array; see detectors.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"

#define X(name, id, title, sees) extern const detector_t detector_##name;
DETECTORS(X)
FOLLOWERS(X)
#undef X

const detector_t *const detectors[N_WATCHERS] = {
#define X(name, id, title, sees) &detector_##name,
    DETECTORS(X)
    FOLLOWERS(X)
#undef X
};

static const struct {
    const char *name, *title, *sees;
} words[N_WATCHERS] = {
#define X(name, id, title, sees) { #name, title, sees },
    DETECTORS(X)
    FOLLOWERS(X)
#undef X
};

const char *
detector_name(detector_id_t detector)
{
    return words[detector].name;
}

const char *
detector_title(detector_id_t detector)
{
    return words[detector].title;
}

const char *
detector_sees(detector_id_t detector)
{
    return words[detector].sees;
}

const signature_t *
detector_signature(detector_id_t detector, unsigned index)
{
    return detectors[detector]->signature(index);
}
