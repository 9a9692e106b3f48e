/* quic_initial.c
 * Keys from the connection id (RFC 9001, section 5.2), header protection removed, one AEAD, then
 * the CRYPTO frames put in order: all that reading a QUIC server name takes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "quic_initial.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define TAG 16

static void
hmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len, uint8_t out[32])
{
    unsigned n = 32;
    HMAC(EVP_sha256(), key, (int)key_len, data, len, out, &n);
}

/* HKDF-Expand-Label for outputs of at most one hash block. */
static void
expand_label(const uint8_t secret[32], const char *label, uint8_t *out, size_t out_len)
{
    uint8_t info[64] = { 0, (uint8_t)out_len, (uint8_t)(6 + strlen(label)) }, block[32];
    size_t n = 3;
    memcpy(info + n, "tls13 ", 6), n += 6;
    memcpy(info + n, label, strlen(label)), n += strlen(label);
    info[n++] = 0;
    info[n++] = 1;
    hmac(secret, 32, info, n, block);
    memcpy(out, block, out_len);
}

static void
client_keys(const uint8_t *dcid, size_t dcid_len, uint8_t key[16], uint8_t iv[12], uint8_t hp[16])
{
    static const uint8_t salt[20] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                                      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
    uint8_t initial[32], client[32];
    hmac(salt, sizeof salt, dcid, dcid_len, initial);
    expand_label(initial, "client in", client, 32);
    expand_label(client, "quic key", key, 16);
    expand_label(client, "quic iv", iv, 12);
    expand_label(client, "quic hp", hp, 16);
}

static void
protection_mask(const uint8_t hp[16], const uint8_t *sample, uint8_t mask[16])
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0;
    EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, hp, NULL);
    EVP_EncryptUpdate(c, mask, &n, sample, 16);
    EVP_CIPHER_CTX_free(c);
}

static bool
decrypt(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *header, size_t header_len,
        const uint8_t *cipher, size_t len, uint8_t *plain)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;
    EVP_DecryptInit_ex(c, EVP_aes_128_gcm(), NULL, key, nonce);
    EVP_DecryptUpdate(c, NULL, &n, header, (int)header_len);
    EVP_DecryptUpdate(c, plain, &n, cipher, (int)(len - TAG));
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, (void *)(uintptr_t)(cipher + len - TAG));
    bool ok = EVP_DecryptFinal_ex(c, plain + n, &last) > 0;
    EVP_CIPHER_CTX_free(c);
    return ok;
}

/* Reads a variable-length integer; false at the end of the data. */
static bool
varint(const uint8_t **b, const uint8_t *end, uint64_t *value)
{
    if (*b >= end || *b + (1 << (**b >> 6)) > end)
        return false;
    int octets = 1 << (**b >> 6);
    *value = *(*b)++ & 0x3f;
    while (--octets)
        *value = *value << 8 | *(*b)++;
    return true;
}

/* Copies all CRYPTO frames to their places; returns how many octets are known from offset 0 on. */
static size_t
collect_crypto(const uint8_t *b, const uint8_t *end, uint8_t *hello, size_t room)
{
    size_t highest = 0;
    while (b < end) {
        uint64_t offset, len;
        uint8_t type = *b++;
        if (type <= 1)                  /* PADDING, PING */
            continue;
        if (type != 6 || !varint(&b, end, &offset) || !varint(&b, end, &len) ||
            len > (uint64_t)(end - b) || offset + len > room)
            break;
        memcpy(hello + offset, b, len);
        b += len;
        if (offset + len > highest)
            highest = (size_t)(offset + len);
    }
    return highest;
}

size_t
quic_initial_hello(const uint8_t *d, size_t len, uint8_t *hello, size_t room)
{
    const uint8_t *b = d + 6, *end = d + len;
    uint64_t token_len, rest;
    if (len < 64 || len > 1500 || (d[0] & 0xf0) != 0xc0 || memcmp(d + 1, "\0\0\0\1", 4))
        return 0;
    const uint8_t *dcid = b;
    if (d[5] > 20)
        return 0;
    b += d[5];
    if (b >= end || b + 1 + *b >= end)
        return 0;
    b += 1 + *b;                        /* source connection id */
    if (!varint(&b, end, &token_len) || token_len > (uint64_t)(end - b))
        return 0;
    b += token_len;
    if (!varint(&b, end, &rest) || rest > (uint64_t)(end - b) || rest < 4 + 16 + TAG)
        return 0;

    uint8_t key[16], nonce[12], hp[16], mask[16], header[1500], plain[1500];
    client_keys(dcid, d[5], key, nonce, hp);
    protection_mask(hp, b + 4, mask);
    size_t number_at = (size_t)(b - d);
    memcpy(header, d, number_at + 4);
    header[0] ^= mask[0] & 0x0f;
    size_t number_len = (header[0] & 3) + 1U;
    for (size_t i = 0; i < number_len; i++) {
        header[number_at + i] ^= mask[1 + i];
        nonce[12 - number_len + i] ^= header[number_at + i];
    }
    if (!decrypt(key, nonce, header, number_at + number_len, b + number_len,
                 (size_t)rest - number_len, plain))
        return 0;
    return collect_crypto(plain, plain + rest - number_len - TAG, hello, room);
}
