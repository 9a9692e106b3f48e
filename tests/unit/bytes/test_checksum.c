/* bytes/test_checksum.c
 * Checksums of packets, and what is known of them by sender.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "bytes/checksum.h"
#include "state/host.h"

/* A UDP datagram of 3 bytes from 192.0.2.1:4660 to 192.0.2.2:53. Its checksum by hand: c000 + 0201
 * + c000 + 0202 + 0011 + 000b (pseudo header), 1234 + 0035 + 000b (header), 6162 + 6300 (text) =
 * 25af5 -> 5af7 -> ~ a508. */
static const uint8_t by_hand[] = { 0x12, 0x34, 0x00, 0x35, 0x00, 0x0b, 0xa5, 0x08, 'a', 'b', 'c' };

static observation_t
packet(const uint8_t *bytes, uint32_t length)
{
    return (observation_t){
        .src = address4(192, 0, 2, 1), .dst = address4(192, 0, 2, 2), .protocol = PROTOCOL_UDP,
        .ip.ttl = 50, .sport = 0x1234, .dport = 53, .length = length - 8, .captured = length - 8,
        .payload = bytes + 8, .segment = bytes, .segment_length = length,
    };
}

static observation_t
damaged(void)
{
    static uint8_t bytes[sizeof by_hand];

    memcpy(bytes, by_hand, sizeof bytes);
    bytes[8] ^= 1;
    return packet(bytes, sizeof bytes);
}

static void
check_by_hand(void **state)
{
    observation_t obs = packet(by_hand, sizeof by_hand), bad = damaged();

    (void)state;
    assert_int_equal(checksum_of(&obs), CHECKSUM_GOOD);
    assert_int_equal(checksum_of(&bad), CHECKSUM_BAD);
    obs.dst.bytes[3] = 3;               /* the addresses count */
    assert_int_equal(checksum_of(&obs), CHECKSUM_BAD);
}

static void
check_unknown(void **state)
{
    static const uint8_t none[] = { 0x12, 0x34, 0x00, 0x35, 0x00, 0x0b, 0, 0, 'a', 'b', 'c' };
    observation_t left_out = packet(none, sizeof none), cut = packet(by_hand, sizeof by_hand);
    observation_t quoted = cut, unread = cut;

    (void)state;
    cut.captured--;
    quoted.quoted = QUOTED_OTHER;
    unread.segment = NULL;
    assert_int_equal(checksum_of(&left_out), CHECKSUM_UNKNOWN);
    assert_int_equal(checksum_of(&cut), CHECKSUM_UNKNOWN);
    assert_int_equal(checksum_of(&quoted), CHECKSUM_UNKNOWN);
    assert_int_equal(checksum_of(&unread), CHECKSUM_UNKNOWN);
}

/* What a stack leaves to its network card: of the pseudo header above c000 + 0201 + c000 + 0202 + 0011 + 000b = 1841f
 * -> 8420; without the length 8415; or nothing. */
static void
check_unfilled(void **state)
{
    static const uint16_t left[] = { 0x8420, 0x8415, 0, 0x8421 };
    uint8_t bytes[20] = { 0x12, 0x34, 0x00, 0x35, 0x00, 0x0b, 0, 0, 'a', 'b', 'c' };

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(left); i++) {
        bytes[6] = (uint8_t)(left[i] >> 8);
        bytes[7] = (uint8_t)left[i];
        observation_t obs = packet(bytes, sizeof by_hand);
        assert_int_equal(checksum_of(&obs), left[i] == 0x8421 ? CHECKSUM_BAD
                                          : left[i] ? CHECKSUM_UNFILLED : CHECKSUM_UNKNOWN);
    }
}

typedef struct {
    const char *name;
    uint8_t     ttl;                    /* of the damaged packet and the others */
    unsigned    good, bad;              /* others of this sender before it */
    unsigned    others_good, others_bad;    /* of other senders as far away */
    bool        damaged;
} damage_row_t;

static const damage_row_t damages[] = {
    { "its sender's others are right", 50, 1, 0, 0, 0, true },
    { "its sender's others are wrong, too: the network card fills them in", 64, 0, 5, 9, 0, false },
    { "its sender's others are mostly right", 50, 9, 2, 0, 0, true },
    { "the only one of its sender, other far senders are right", 50, 0, 0, 30, 1, true },
    { "the first of its sender, and little is known of others", 50, 0, 0, 3, 1, false },
    { "the first of its sender, of others some are wrong", 50, 0, 0, 30, 9, true },
    { "the first of its sender, of others most are wrong: an edited capture", 50, 0, 0, 3, 30, false },
    { "its sender's others are wrong, those of others are right", 50, 0, 4, 30, 0, false },
    { "the only one of its sender, next to the capture point", 64, 0, 0, 4, 0, false },
    { "the same, and much is known of others", 64, 0, 0, 9, 0, true },
    { "next to the capture point, its sender's others are all right", 64, 3, 0, 0, 4, true },
    { "next to the capture point, its sender has had a wrong one before", 64, 9, 1, 0, 0, true },
    { "next to the capture point, its sender is wrong nearly always: resets are filled in, the rest is not",
      64, 9, 90, 0, 0, false },
    { "its sender's others are wrong more often than right", 50, 2, 9, 0, 0, true },
    { "nothing to compare with", 50, 0, 0, 0, 0, false },
};

static void
check_damage(void **state)
{
    const damage_row_t *row = *state;
    host_table_t *hosts = host_table_new(10);
    host_t host = { 0 }, other = { 0 };
    observation_t good = packet(by_hand, sizeof by_hand), bad = damaged();

    good.ip.ttl = bad.ip.ttl = row->ttl;
    for (unsigned i = 0; i < row->others_good; i++)
        assert_false(host_damaged(hosts, &other, &good));
    for (unsigned i = 0; i < row->others_bad; i++)
        host_damaged(hosts, NULL, &bad);
    for (unsigned i = 0; i < row->good; i++)
        assert_false(host_damaged(hosts, &host, &good));
    for (unsigned i = 0; i < row->bad; i++)
        host_damaged(hosts, &host, &bad);
    assert_int_equal(host_damaged(hosts, &host, &bad), row->damaged);
    host_table_free(hosts);
}

/* A box beside the capture point sends in the name of a far host. */
static void
check_near_forger(void **state)
{
    host_table_t *hosts = host_table_new(10);
    host_t client = { 0 }, server = { 0 };
    observation_t own = damaged(), far = packet(by_hand, sizeof by_hand), forged = damaged(),
        hurt = damaged();

    (void)state;
    own.ip.ttl = forged.ip.ttl = 64;                        /* not filled in yet */
    assert_false(host_damaged(hosts, &client, &own));
    assert_false(host_damaged(hosts, &server, &far));
    assert_false(host_damaged(hosts, &server, &forged));
    assert_true(host_damaged(hosts, &server, &hurt));       /* it came as far as the genuine one */
    host_table_free(hosts);
}

/* ---- through the engine ---- */

SEQUENCE(to_itself)
{
    message_t query = message_query(7, "www.example.com", 12, false);
    const uint8_t address[] = { 127, 0, 0, 1 };
    message_t answer = message_answer(&query, 0x8180, 1, address, sizeof address);
    observation_t asked = datagram(&query, CLIENT, 4000),
        answered = datagram(&answer, SERVER, 4000);

    asked.src = asked.dst = answered.src = answered.dst = address4(127, 0, 0, 1);
    wire_send(wire, &asked);
    wire_send(wire, &answered);         /* an address where a name was asked for */
    assert_int_equal(wire_verdict(wire, 2), VERDICT_NONE);
    assert_int_equal(engine_counts(wire->engine).to_itself, 2);
}

SEQUENCE(own_ttls)
{
    host_table_t *hosts = host_table_new(10);
    host_t host = { 0 };
    ip_header_t shakes_hands = { .ttl = 244 }, answers = { .ttl = 49 };

    (void)wire;
    for (unsigned i = 0; i < 3; i++) {
        host_learn(hosts, &host, &shakes_hands);
        host_learn_syn_ack(&host, shakes_hands.ttl);
    }
    ttl_memory_t own = host_own_ttls(&host);
    assert_int_equal(ttl_memory_total(&own), 0);
    host_learn(hosts, &host, &answers);
    own = host_own_ttls(&host);
    assert_int_equal(ttl_memory_total(&own), 1);
    assert_int_equal(ttl_memory_usual(&own), 49);
    host_table_free(hosts);
}

SEQUENCE(stations)
{
    host_t host = { 0 };

    (void)wire;
    host_learn_link(&host, 0);          /* a link without addresses */
    assert_int_equal(host.links_same + host.links_other, 0);
    host_learn_link(&host, 0x020000000001);
    host_learn_link(&host, 0x020000000001);
    host_learn_link(&host, 0x020000000002);
    assert_int_equal(host.links_same, 2);
    assert_int_equal(host.links_other, 1);
}

static const sequence_row_t sequences[] = {
    { "what a machine tells itself is counted and not judged", to_itself },
    { "TTLs of SYN/ACKs are not those of a host's own packets", own_ttls },
    { "stations that bring a host's packets", stations },
};

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "a checksum worked out by hand", check_by_hand, NULL);
    suite_add(&suite, "not known where it is left out, or bytes are missing", check_unknown, NULL);
    suite_add(&suite, "left to the network card", check_unfilled, NULL);
    SUITE_ADD_TABLE(&suite, damages, check_damage);
    suite_add(&suite, "sent beside the capture point in a far host's name", check_near_forger,
              NULL);
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "checksum");
}
