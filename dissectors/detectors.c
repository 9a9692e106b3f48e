/* detectors.c
 * The list of families as an array; see detectors.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"

#define X(name, id, title) extern const detector_t detector_##name;
DETECTORS(X)
FOLLOWERS(X)
#undef X

const detector_t *const detectors[N_WATCHERS] = {
#define X(name, id, title) [DETECT_##id] = &detector_##name,
    DETECTORS(X)
    FOLLOWERS(X)
#undef X
};

const char *
detector_name(detector_id_t detector)
{
    static const char *const names[N_DETECTORS] = {
#define X(name, id, title) #name,
        DETECTORS(X)
#undef X
    };
    return names[detector];
}

const char *
detector_title(detector_id_t detector)
{
    static const char *const titles[N_DETECTORS] = {
#define X(name, id, title) title,
        DETECTORS(X)
#undef X
    };
    return titles[detector];
}

const signature_t *
detector_signature(detector_id_t detector, unsigned index)
{
    return detectors[detector]->signature(index);
}
