/* verdict/signature.c
 * The vocabulary of the judgement as text; see signature.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/signature.h"

const char *
class_name(class_t class)
{
#define X(name, published, words) published,
    static const char *const names[N_CLASSES] = { CLASSES(X) };
#undef X
    return names[class];
}

const char *
class_words(class_t class)
{
#define X(name, published, words) words,
    static const char *const names[N_CLASSES] = { CLASSES(X) };
#undef X
    return names[class];
}

#define X(name, shown) shown,

const char *
verdict_name(verdict_t verdict)
{
    static const char *const names[N_VERDICTS] = { VERDICTS(X) };
    return names[verdict];
}

const char *
family_name(family_t family)
{
    static const char *const names[N_FAMILIES] = { FAMILIES(X) };
    return names[family];
}

#undef X

const char *
confidence_level(uint8_t confidence)
{
    return confidence < CONFIDENCE_FORGED ? "low" : confidence < 80 ? "medium" : "high";
}
