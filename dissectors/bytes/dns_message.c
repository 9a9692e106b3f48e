/* bytes/dns_message.c
 * One DNS message; see bytes/dns_message.h. Names follow RFC 1035 section 4.1.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bytes/dns_message.h"

#include <string.h>

#include <glib.h>

#include "base/hash.h"

#define HEADER_LENGTH 12
#define LABEL_MAX     63        /* bytes */
#define RECORDS_MAX   128       /* further records of one message are not read */
#define JUMPS_MAX     64        /* compression pointers and labels followed for one name */

static unsigned
get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint8_t
lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Follows a name from *at and moves *at behind it. Writes the labels in lower case, uncompressed,
 * to wire (DNS_NAME_MAX bytes). Returns the length, or -1. */
static int
read_name(const uint8_t *bytes, size_t length, size_t *at, uint8_t *wire)
{
    size_t p = *at, out = 0;
    bool jumped = false;

    for (unsigned steps = 0; steps < JUMPS_MAX + DNS_NAME_MAX / 2; steps++) {
        if (p >= length)
            return -1;
        uint8_t n = bytes[p];
        if ((n & 0xc0) == 0xc0) {
            if (p + 1 >= length)
                return -1;
            if (!jumped)
                *at = p + 2;
            jumped = true;
            size_t target = get16(bytes + p) & 0x3fff;
            if (target >= p)
                return -1;              /* pointers go back only: no loops */
            p = target;
            continue;
        }
        if (n & 0xc0 || p + 1 + n > length || out + 1 + n > DNS_NAME_MAX)
            return -1;
        for (unsigned i = 0; i <= n; i++)
            wire[out++] = i ? lower(bytes[p + i]) : n;
        p += 1 + n;
        if (!n) {
            if (!jumped)
                *at = p;
            return (int)out;
        }
    }
    return -1;
}

/* Steps over a name without reading it. */
static bool
skip_name(const uint8_t *bytes, size_t length, size_t *at, bool *compressed)
{
    size_t p = *at;

    *compressed = false;
    while (p < length) {
        uint8_t n = bytes[p];
        if ((n & 0xc0) == 0xc0) {
            *compressed = true;
            *at = p + 2;
            return *at <= length;
        }
        if (n & 0xc0)
            return false;
        p += 1u + n;
        if (!n) {
            *at = p;
            return true;
        }
    }
    return false;
}

const char *
dns_message_name(dns_message_t *m)
{
    const uint8_t *p = m->question;
    size_t out = 0;

    if (m->name[0])
        return m->name;
    if (!p)
        return strcpy(m->name, "(unreadable name)");
    /* dns_message_read() has seen that the labels end within 255 bytes, uncompressed. */
    while (*p) {
        unsigned n = *p++;
        if (out && out < DNS_NAME_MAX)
            m->name[out++] = '.';
        for (unsigned i = 0; i < n; i++, p++) {
            uint8_t c = *p;
            bool plain = (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9')
                      || c == '-' || c == '_';
            if (out + (plain ? 1 : 4) > DNS_NAME_MAX)
                continue;
            if (plain) {
                m->name[out++] = (char)c;
            } else {
                m->name[out++] = '\\';
                m->name[out++] = (char)('0' + c / 100);
                m->name[out++] = (char)('0' + c / 10 % 10);
                m->name[out++] = (char)('0' + c % 10);
            }
        }
    }
    if (!out)
        m->name[out++] = '.';
    m->name[out] = '\0';
    return m->name;
}

bool
address_is_special(const uint8_t *a, bool ipv6)
{
    static const uint8_t translated[12] = { 0x00, 0x64, 0xff, 0x9b };

    if (!ipv6)
        return a[0] == 0 || a[0] == 10 || a[0] == 127 || (a[0] == 172 && (a[1] & 0xf0) == 16)
            || (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254)
            || (a[0] == 100 && (a[1] & 0xc0) == 64);
    return (a[0] & 0xe0) != 0x20 && memcmp(a, translated, sizeof translated);
}

static void
add_element(dns_message_t *m, uint32_t hash)
{
    for (unsigned k = 0; k < m->n_elements; k++)
        if (m->element[k] == hash)
            return;
    if (m->n_elements == DNS_ELEMENTS_MAX) {
        m->more_elements = true;
        return;
    }
    unsigned i = m->n_elements++;
    for (; i && m->element[i - 1] > hash; i--)
        m->element[i] = m->element[i - 1];
    m->element[i] = hash;
}

static void
add_address(dns_message_t *m, const uint8_t *data, bool ipv6)
{
    if (!m->address_count) {
        memcpy(m->address, data, ipv6 ? 16 : 4);
        m->address_is_ipv6 = ipv6;
    }
    if (m->address_count < UINT8_MAX)
        m->address_count++;
    if (address_is_special(data, ipv6) && m->special_count < UINT8_MAX)
        m->special_count++;
}

/* How many bytes stand before the name that a record's data may hold in compressed form (RFC 3597
 * section 4); -1: the data are compared as they are. */
static int
name_offset(unsigned type)
{
    switch (type) {
    case DNS_NS: case DNS_CNAME: case DNS_SOA: case DNS_PTR: case DNS_DNAME: return 0;
    case DNS_MX:  return 2;
    case DNS_SRV: return 6;
    default:      return -1;
    }
}

/* Type, what stands before the name, and the name; of an SOA no more than the name of its
 * server. */
static uint32_t
hash_named(unsigned type, const uint8_t *bytes, size_t length, size_t at, unsigned before)
{
    uint8_t data[2 + 6 + DNS_NAME_MAX] = { (uint8_t)(type >> 8), (uint8_t)type };
    size_t name = at + before;

    memcpy(data + 2, bytes + at, before);
    int n = read_name(bytes, length, &name, data + 2 + before);
    return n < 0 ? 0 : hash_bytes(data, 2 + before + (size_t)n);
}

static uint32_t
hash_data(unsigned type, const uint8_t *data, size_t size)
{
    uint32_t words[] = { type, hash_bytes(data, size) };
    return hash_words(words, G_N_ELEMENTS(words));
}

static void
read_answer(dns_message_t *m, unsigned type, const uint8_t *bytes, size_t length, size_t at,
            size_t size)
{
    int before = name_offset(type);
    size_t address = type == DNS_A ? 4 : type == DNS_AAAA ? 16 : 0;

    if ((address && size != address) || type == DNS_OPT || type == DNS_RRSIG || (int)size < before)
        return;
    if (address)
        add_address(m, bytes + at, type == DNS_AAAA);
    uint32_t hash = before < 0 ? hash_data(type, bytes + at, size)
                               : hash_named(type, bytes, length, at, (unsigned)before);
    if (hash)
        add_element(m, hash);
}

size_t
dns_message_place(const dns_message_t *m, unsigned i, const uint8_t *bytes, size_t length,
                  unsigned *type, uint8_t *data)
{
    size_t at = m->place[i];

    *type = get16(bytes + at);          /* read_record() has seen that all of it is there */
    unsigned size = get16(bytes + at + 8);
    at += 10;
    if (*type == DNS_CNAME) {
        int n = read_name(bytes, length, &at, data);
        return n > 0 ? (size_t)n : 0;
    }
    memcpy(data, bytes + at, size);
    return size;
}

/* Reads one record from *at. section: 1 answer, 2 authority, 3 additional. */
static bool
read_record(dns_message_t *m, unsigned section, unsigned index, const uint8_t *bytes, size_t length,
            size_t *at, bool *typed, bool *alias)
{
    bool compressed;
    uint8_t first = *at < length ? bytes[*at] : 0;      /* a label's length, the
                                                         * root, or a pointer */

    if (!skip_name(bytes, length, at, &compressed) || *at + 10 > length)
        return false;
    unsigned type = get16(bytes + *at), size = get16(bytes + *at + 8);
    uint32_t ttl = get32(bytes + *at + 4);
    *at += 10;
    if (*at + size > length)
        return false;
    if (section == 1) {
        if (index == 0)
            m->owner_in_full = first && first < 0xc0;
        if (!index || ttl < m->ttl)
            m->ttl = ttl;
        *typed |= type == m->qtype;
        *alias |= type == DNS_CNAME || type == DNS_DNAME;
        read_answer(m, type, bytes, length, *at, size);
        bool listable =
            (type == DNS_A && size == 4) || (type == DNS_AAAA && size == 16) || type == DNS_CNAME;
        if (listable && m->n_places < DNS_PLACES_MAX && *at - 10 <= UINT16_MAX)
            m->place[m->n_places++] = (uint16_t)(*at - 10);
    }
    m->has_opt |= type == DNS_OPT && section == 3;
    m->opt_as_answer |= type == DNS_OPT && section == 1;
    m->has_soa |= type == DNS_SOA && section == 2;
    *at += size;
    return true;
}

static bool
read_header(dns_message_t *m, const uint8_t *bytes, size_t length)
{
    memset(m, 0, offsetof(dns_message_t, name));
    m->name[0] = '\0';
    memset(&m->question, 0, offsetof(dns_message_t, element) - offsetof(dns_message_t, question));
    if (length < HEADER_LENGTH)
        return false;
    m->id = (uint16_t)get16(bytes);
    m->flags = (uint16_t)get16(bytes + 2);
    m->questions = (uint16_t)get16(bytes + 4);
    m->answers = (uint16_t)get16(bytes + 6);
    m->authorities = (uint16_t)get16(bytes + 8);
    m->additionals = (uint16_t)get16(bytes + 10);
    return m->questions == 1;
}

bool
dns_message_read(dns_message_t *m, const uint8_t *bytes, size_t length)
{
    bool compressed, typed = false, alias = false;
    size_t at = HEADER_LENGTH;

    if (!read_header(m, bytes, length))
        return false;
    if (!skip_name(bytes, length, &at, &compressed) || compressed
        || at - HEADER_LENGTH > DNS_NAME_MAX || at + 4 > length)
        return false;
    m->question = bytes + HEADER_LENGTH;
    m->name_hash = hash_bytes_folded(m->question, at - HEADER_LENGTH);
    m->qtype = (uint16_t)get16(bytes + at);
    at += 4;

    const unsigned count[] = { m->answers, m->authorities, m->additionals };
    unsigned total = count[0] + count[1] + count[2];
    if (total > RECORDS_MAX)
        return true;
    for (unsigned i = 0; i < total; i++) {
        unsigned section = i < count[0] ? 1 : i < count[0] + count[1] ? 2 : 3;
        if (!read_record(m, section, i, bytes, length, &at, &typed, &alias))
            return true;
    }
    m->complete = true;
    m->trailing = (uint16_t)(length - at > UINT16_MAX ? UINT16_MAX : length - at);
    m->type_mismatch = m->answers && m->address_count && !typed && !alias && m->qtype != DNS_ANY
                    && m->qtype != DNS_RRSIG;
    return true;
}

bool
dns_message_read_overlong(dns_message_t *m, const uint8_t *bytes, size_t length)
{
    size_t at = HEADER_LENGTH;

    if (!read_header(m, bytes, length))
        return false;
    while (at < length && bytes[at] && bytes[at] <= LABEL_MAX)
        at += 1u + bytes[at];
    return at > length;
}
