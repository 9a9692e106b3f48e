/* bytes/dns_message.h
 * The facts of one DNS message that tell a forged answer from a genuine one. A bounded reader of
 * its own: lending Wireshark's dissector a tree for every answer costs several thousand
 * instructions per answer, and trees do not exist in most runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX     255
#define DNS_ELEMENTS_MAX 20     /* answer records that are compared; a
                                 * set of more is compared with none */
#define DNS_PLACES_MAX   32     /* answer records that lists are asked about */

enum { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_SOA = 6, DNS_PTR = 12, DNS_MX = 15, DNS_AAAA = 28,
       DNS_SRV = 33, DNS_DNAME = 39, DNS_OPT = 41, DNS_RRSIG = 46, DNS_IXFR = 251, DNS_AXFR = 252,
       DNS_ANY = 255 };
enum { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };
enum { DNS_QR = 0x8000, DNS_AUTHORITATIVE = 0x0400, DNS_TRUNCATED = 0x0200,
       DNS_RECURSION_DESIRED = 0x0100, DNS_RECURSION_AVAILABLE = 0x0080 };

typedef struct {
    uint16_t id, flags;                     /* flags as on the wire */
    uint16_t questions, answers, authorities, additionals;  /* counts in the header */
    uint16_t qtype;                         /* 0 where the question cannot be read */
    char     name[DNS_NAME_MAX + 1];        /* see dns_message_name() */
    const uint8_t *question;                /* the name on the wire; in the
                                             * bytes that were read, or NULL */
    uint32_t name_hash;                     /* of the name on the wire,
                                             * ignoring case; 0 without a name */

    bool     complete;                      /* read to the last record */
    bool     has_opt;
    bool     opt_as_answer;                 /* an OPT record in the answer section */
    bool     type_mismatch;                 /* an address of another type
                                             * than asked for, no alias */
    bool     owner_in_full;                 /* first answer repeats the name
                                             * instead of pointing to it */
    uint16_t trailing;                      /* bytes after the last record */
    uint32_t ttl;                           /* smallest of the answer records; 0: no answer */
    bool     has_soa;                       /* in the authority section */
    uint8_t  address_count;                 /* A and AAAA records */
    uint8_t  special_count;                 /* of those, not public:
                                             * private, loopback, 0.0.0.0, … */
    uint8_t  address[16];                   /* the first one; IPv4 in the first four bytes */
    bool     address_is_ipv6;
    uint8_t  n_places, n_elements;
    bool     more_elements;                 /* than these */
    /* Beyond n_elements and n_places undefined. */
    uint32_t element[DNS_ELEMENTS_MAX];     /* hashes of type and data of answers,
                                             * signatures left out, sorted */
    uint16_t place[DNS_PLACES_MAX];         /* offsets of A, AAAA and CNAME
                                             * records in the answer section */
} dns_message_t;

/* Reads a message. False when not even the header and the question could be read. A message that
 * breaks off later is not complete and has the facts read so far. */
bool dns_message_read(dns_message_t *m, const uint8_t *bytes, size_t length);

/* The same of a message with a name that runs beyond its end, which dns_message_read() cannot read:
 * what the header says. False for all other messages. */
bool dns_message_read_overlong(dns_message_t *m, const uint8_t *bytes, size_t length);

/* The name asked for, dotted, with its case; bytes that are no letter, digit, '-' or '_' as \DDD;
 * words in parentheses where it cannot be read. Kept in the message; the bytes it was read from
 * must still be there at the first call. */
const char *dns_message_name(dns_message_t *m);

/* The address or the alias in a record of `place`, from the bytes that the message was read from.
 * Sets type to DNS_A, DNS_AAAA or DNS_CNAME and returns the length of the data: 4, 16, or that of a
 * name, uncompressed in lower case. data: DNS_NAME_MAX bytes. */
size_t dns_message_place(const dns_message_t *m, unsigned i, const uint8_t *bytes, size_t length,
                         unsigned *type, uint8_t *data);

/* The response code, 0 to 15. */
static inline unsigned
dns_rcode(const dns_message_t *m)
{
    return m->flags & 0xf;
}

/* True for an address no public name should lead to: RFC 1918, 6598, 3927, loopback, 0.0.0.0; of IPv6 all outside
 * 2000::/3 (the global unicast addresses, RFC 4291 section 2.4), those of translators left out (64:ff9b::/96,
 * RFC 6052). */
bool address_is_special(const uint8_t *address, bool ipv6);
