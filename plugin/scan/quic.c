/* quic.c
 * Reads ClientHellos out of QUIC Initials; see quic.h. Sources: RFC 9000 for packets and frames, RFC 9001
 * for keys, RFC 9369 for version 2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "quic.h"

#include "../headers.h"

#include <gcrypt.h>
#include <glib.h>

enum { SECRET = 32, KEY = 16, IV = 12, TAG = 16, SAMPLE = 16, SALT = 20, ID_MAX = 20 };

#define CLIENTS_MAX 256         /* of which a part of the ClientHello is remembered */
#define HELLO_MAX   32768       /* bytes of one */
#define DATAGRAM_MAX 65536

/* A client whose ClientHello does not lie in one datagram: the rest is in the next, maybe not in order. */
typedef struct {
    ip_address_t src, dst;
    uint16_t     sport, dport;
    uint8_t      id[ID_MAX];    /* the keys follow from this: what it called the server first */
    uint8_t      id_length;
    GByteArray  *hello;         /* with gaps */
    GArray      *parts;         /* of part_t: what of it is there */
} client_t;

typedef struct {
    uint32_t from, to;
} part_t;

struct quic {
    GQueue     clients;         /* of client_t; the one longest known first */
    GByteArray *record;         /* the last ClientHello, as TLS would have it */
    uint8_t    *plain;          /* of DATAGRAM_MAX: the packet at hand */
};

/* ---- keys ---- */

typedef struct {
    uint8_t key[KEY], iv[IV], mask[KEY];
} keys_t;

typedef struct {
    uint32_t    first, last;    /* versions */
    uint8_t     salt[SALT];
    const char *label;          /* begins the names of keys */
} version_t;

static const version_t versions[] = {
    { 1, 1, { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
              0xcc, 0xbb, 0x7f, 0x0a }, "quic" },
    { 0x6b3343cf, 0x6b3343cf,
      { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9,
        0xbd, 0x2e, 0xd9 }, "quicv2" },
    { 0xff000021, 0xff000022,       /* drafts 33 and 34 */
      { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc,
        0xbb, 0x7f, 0x0a }, "quic" },
    { 0xff00001d, 0xff000020,       /* 29 to 32 */
      { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43,
        0x90, 0xa8, 0x99 }, "quic" },
    { 0xff000017, 0xff00001c,       /* 23 to 28 */
      { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe,
        0xf9, 0xf5, 0x02 }, "quic" },
};

static const version_t *
find_version(uint32_t version)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(versions); i++)
        if (version >= versions[i].first && version <= versions[i].last)
            return &versions[i];
    return NULL;
}

static void
hmac(const uint8_t *key, size_t key_length, const uint8_t *text, size_t length, uint8_t digest[SECRET])
{
    const gcry_buffer_t buffers[] = { { .data = (void *)key, .len = key_length },
                                      { .data = (void *)text, .len = length } };
    gcry_md_hash_buffers(GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC, digest, buffers, 2);
}

/* HKDF-Expand-Label of TLS 1.3, for no more than one digest. */
static void
expand(const uint8_t secret[SECRET], const char *label, const char *name, uint8_t *out, uint8_t length)
{
    uint8_t info[64], digest[SECRET];
    int n = g_snprintf((char *)info + 3, sizeof info - 5, "tls13 %s%s", label, name);

    info[0] = 0;
    info[1] = length;
    info[2] = (uint8_t)n;
    info[3 + n] = 0;            /* no context */
    info[4 + n] = 1;            /* first block */
    hmac(secret, SECRET, info, (size_t)n + 5, digest);
    memcpy(out, digest, length);
}

static keys_t
keys_of(const version_t *version, const uint8_t *id, uint8_t id_length)
{
    uint8_t initial[SECRET], secret[SECRET];
    keys_t keys;

    hmac(version->salt, SALT, id, id_length, initial);
    expand(initial, "", "client in", secret, SECRET);
    expand(secret, version->label, " key", keys.key, KEY);
    expand(secret, version->label, " iv", keys.iv, IV);
    expand(secret, version->label, " hp", keys.mask, KEY);
    return keys;
}

/* ---- packets ---- */

/* Numbers of variable length; `bad` once something lies beyond the end. */
typedef struct {
    const uint8_t *at, *end;
    bool           bad;
} reader_t;

static const uint8_t *
take_bytes(reader_t *r, uint64_t n)
{
    const uint8_t *p = r->at;

    if (r->bad || n > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return NULL;
    }
    r->at += n;
    return p;
}

static uint64_t
take_number(reader_t *r)
{
    unsigned size = r->bad || r->at == r->end ? 1 : 1u << (*r->at >> 6);
    const uint8_t *p = take_bytes(r, size);
    uint64_t number = p ? *p & 0x3f : 0;

    for (unsigned i = 1; p && i < size; i++)
        number = number << 8 | p[i];
    return number;
}

static uint8_t
take_byte(reader_t *r)
{
    const uint8_t *p = take_bytes(r, 1);
    return p ? *p : 0;
}

/* A packet with a long header. */
typedef struct {
    const uint8_t *header;          /* from its first byte */
    const uint8_t *number;          /* where the protected packet number begins */
    const uint8_t *end;
    const uint8_t *id;              /* what it calls the server */
    uint8_t        id_length;
    uint32_t       version;
} packet_t;

/* Type bits of an Initial. */
static unsigned
initial_type(uint32_t version)
{
    return version == 0x6b3343cf ? 1 : 0;
}

/* The next packet of a datagram, if it is an Initial; *r goes behind it. */
static bool
take_initial(reader_t *r, packet_t *packet)
{
    packet->header = r->at;
    uint8_t first = take_byte(r);
    const uint8_t *version = take_bytes(r, 4);

    packet->id_length = take_byte(r);
    packet->id = take_bytes(r, packet->id_length);
    take_bytes(r, take_byte(r));
    if (r->bad || (first & 0xc0) != 0xc0 || packet->id_length > ID_MAX)
        return false;
    packet->version = read_be32(version);
    if ((first >> 4 & 3) != initial_type(packet->version))
        return false;
    take_bytes(r, take_number(r));              /* token */
    uint64_t length = take_number(r);
    packet->number = take_bytes(r, length);
    packet->end = r->at;
    return packet->number && length >= 4 + SAMPLE;
}

static bool
cipher_open(gcry_cipher_hd_t *cipher, int mode, const uint8_t key[KEY])
{
    if (gcry_cipher_open(cipher, GCRY_CIPHER_AES128, mode, 0))
        return false;
    if (!gcry_cipher_setkey(*cipher, key, KEY))
        return true;
    gcry_cipher_close(*cipher);
    return false;
}

static bool
header_mask(const keys_t *keys, const uint8_t *sample, uint8_t mask[SAMPLE])
{
    gcry_cipher_hd_t cipher;

    if (!cipher_open(&cipher, GCRY_CIPHER_MODE_ECB, keys->mask))
        return false;
    bool done = !gcry_cipher_encrypt(cipher, mask, SAMPLE, sample, SAMPLE);
    gcry_cipher_close(cipher);
    return done;
}

/* Decrypts into plain; the length, 0 where it was not sealed with these keys. */
static size_t
unseal(const keys_t *keys, const packet_t *packet, uint8_t *plain)
{
    uint8_t mask[SAMPLE], header[DATAGRAM_MAX / 32], nonce[IV];
    size_t before = (size_t)(packet->number - packet->header), sealed;
    gcry_cipher_hd_t cipher;

    if (before + 4 > sizeof header || !header_mask(keys, packet->number + 4, mask))
        return 0;
    memcpy(header, packet->header, before + 4);
    header[0] ^= mask[0] & 15;
    unsigned size = (header[0] & 3) + 1u;
    memcpy(nonce, keys->iv, IV);
    for (unsigned i = 0; i < size; i++) {
        header[before + i] ^= mask[1 + i];
        nonce[IV - size + i] ^= header[before + i];
    }
    const uint8_t *body = packet->number + size;
    sealed = (size_t)(packet->end - body) - TAG;
    if (!cipher_open(&cipher, GCRY_CIPHER_MODE_GCM, keys->key))
        return 0;
    bool done = !gcry_cipher_setiv(cipher, nonce, IV)
             && !gcry_cipher_authenticate(cipher, header, before + size)
             && !gcry_cipher_decrypt(cipher, plain, sealed, body, sealed)
             && !gcry_cipher_checktag(cipher, body + sealed, TAG);
    gcry_cipher_close(cipher);
    return done ? sealed : 0;
}

/* ---- what is in them ---- */

static void
client_free(void *data)
{
    client_t *client = data;
    g_byte_array_unref(client->hello);
    g_array_unref(client->parts);
    g_free(client);
}

static client_t *
find_client(quic_t *quic, const observation_t *obs)
{
    for (GList *at = quic->clients.tail; at; at = at->prev) {
        client_t *client = at->data;
        if (client->sport == obs->sport && client->dport == obs->dport && address_equal(&client->src, &obs->src)
            && address_equal(&client->dst, &obs->dst))
            return client;
    }
    return NULL;
}

static client_t *
new_client(quic_t *quic, const observation_t *obs)
{
    client_t *client = g_new0(client_t, 1);

    client->src = obs->src;
    client->dst = obs->dst;
    client->sport = obs->sport;
    client->dport = obs->dport;
    client->hello = g_byte_array_new();
    client->parts = g_array_new(FALSE, FALSE, sizeof(part_t));
    if (quic->clients.length == CLIENTS_MAX)
        client_free(g_queue_pop_head(&quic->clients));
    g_queue_push_tail(&quic->clients, client);
    return client;
}

static void
keep(client_t *client, uint64_t offset, const uint8_t *bytes, uint64_t length)
{
    if (offset > HELLO_MAX || length > HELLO_MAX - offset || !length)
        return;
    part_t part = { (uint32_t)offset, (uint32_t)(offset + length) };
    if (client->hello->len < part.to)
        g_byte_array_set_size(client->hello, part.to);
    memcpy(client->hello->data + part.from, bytes, length);
    g_array_append_val(client->parts, part);
}

/* Bytes from the beginning of the ClientHello, without a gap. */
static uint32_t
contiguous(const client_t *client)
{
    uint32_t end = 0;

    for (unsigned i = 0; i < client->parts->len; i++) {
        const part_t *part = &g_array_index(client->parts, part_t, i);
        if (part->from <= end && part->to > end) {
            end = part->to;
            i = (unsigned)-1;       /* one that came before may go on from here */
        }
    }
    return end;
}

static void
skip_ack(reader_t *r, bool counts)
{
    take_number(r);
    take_number(r);
    uint64_t ranges = take_number(r);
    take_number(r);
    while (ranges-- && !r->bad) {
        take_number(r);
        take_number(r);
    }
    for (unsigned i = 0; counts && i < 3; i++)
        take_number(r);
}

/* An Initial has few kinds of frames. */
static void
read_frames(client_t *client, const uint8_t *plain, size_t length)
{
    enum { PADDING = 0, PING = 1, ACK = 2, ACK_WITH_COUNTS = 3, CRYPTO = 6 };
    reader_t r = { plain, plain + length, false };

    while (!r.bad && r.at < r.end) {
        uint64_t kind = take_number(&r);
        if (kind == ACK || kind == ACK_WITH_COUNTS) {
            skip_ack(&r, kind == ACK_WITH_COUNTS);
        } else if (kind == CRYPTO) {
            uint64_t offset = take_number(&r), n = take_number(&r);
            const uint8_t *bytes = take_bytes(&r, n);
            if (bytes)
                keep(client, offset, bytes, n);
        } else if (kind != PADDING && kind != PING) {
            return;
        }
    }
}

/* The keys follow from what the client called the server first, but for a retry. */
static size_t
unseal_of(const client_t *client, const version_t *version, const packet_t *packet, uint8_t *plain)
{
    keys_t keys = keys_of(version, packet->id, packet->id_length);
    size_t length = unseal(&keys, packet, plain);

    if (length || !client)
        return length;
    keys = keys_of(version, client->id, client->id_length);
    return unseal(&keys, packet, plain);
}

static client_t *
read_datagram(quic_t *quic, const observation_t *obs)
{
    reader_t r = { obs->payload, obs->payload + MIN(obs->captured, DATAGRAM_MAX), false };
    client_t *client = find_client(quic, obs);
    packet_t packet;

    while (take_initial(&r, &packet)) {
        const version_t *version = find_version(packet.version);
        size_t length = version ? unseal_of(client, version, &packet, quic->plain) : 0;
        if (!length)
            continue;
        if (!client) {
            client = new_client(quic, obs);
            client->id_length = packet.id_length;
            memcpy(client->id, packet.id, packet.id_length);
        }
        read_frames(client, quic->plain, length);
    }
    return client;
}

/* The handshake message with the header of a TLS record before it. */
static request_kind_t
read_record(quic_t *quic, const client_t *client, uint32_t length, request_t *request)
{
    const uint8_t header[] = { 22, 3, 1, (uint8_t)(length >> 8), (uint8_t)length };

    g_byte_array_set_size(quic->record, 0);
    g_byte_array_append(quic->record, header, sizeof header);
    g_byte_array_append(quic->record, client->hello->data, length);
    return request_read(quic->record->data, quic->record->len, request);
}

bool
quic_read_hello(quic_t *quic, const observation_t *obs, request_t *request)
{
    client_t *client = read_datagram(quic, obs);
    uint32_t there = client ? contiguous(client) : 0;

    if (there < 4)
        return false;
    uint32_t length = 4 + (read_be32(client->hello->data) & 0xffffff);
    if (there < length)
        return false;
    bool is_hello = read_record(quic, client, length, request) == REQUEST_TLS;
    g_queue_remove(&quic->clients, client);
    client_free(client);
    return is_hello;
}

quic_t *
quic_new(void)
{
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        gcry_check_version(NULL);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    quic_t *quic = g_new0(quic_t, 1);
    g_queue_init(&quic->clients);
    quic->record = g_byte_array_new();
    quic->plain = g_malloc(DATAGRAM_MAX);
    return quic;
}

void
quic_free(quic_t *quic)
{
    if (!quic)
        return;
    g_queue_clear_full(&quic->clients, client_free);
    g_byte_array_unref(quic->record);
    g_free(quic->plain);
    g_free(quic);
}
