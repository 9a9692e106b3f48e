/* behaviours.c
 * The scenario table: one row per behaviour of a published interferer, header values as published.
 * Where a source leaves a value open the row leaves it out (zero, or what a stack would send).
 * Sources are named by author, venue and year, or by thread; "capture" means read from packets of
 * the public capture named. Durations of residual blocking are cut to the life of a scenario.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "behaviour.h"

#include <string.h>

/* Pages and redirects. The wording is ours; status lines, header fields and sizes are published. */
#define PAGE_302  "HTTP/1.1 302 Found\r\nLocation: http://warning.example/\r\n" \
                  "Connection: close\r\n\r\n"
#define PAGE_301  "HTTP/1.1 301 Moved Permanently\r\nLocation: http://203.0.113.124/\r\n" \
                  "Content-Length: 0\r\n\r\n"
#define PAGE_403  "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/html\r\n" \
                  "Content-Length: 120\r\n\r\n<html><head><title>M1-6</title></head><body>" \
                  "<iframe src=\"http://10.10.34.36?type=x&policy=MainPolicy\">" \
                  "</iframe></body></html>"
#define PAGE_307  "HTTP/1.1 307 Temporary Redirect\r\n" \
                  "Location: http://download.example/app.exe\r\n" \
                  "Connection: close\r\n\r\n"
#define BARE_HTML "<html><head><title>Surf Safely</title></head><body bgcolor=\\\"white\\\">" \
                  "<h1>This page is not available.</h1></body></html>"
#define INSERTED  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 34\r\n\r\n" \
                  "<html><body>inserted</body></html>"
#define SCRIPT    "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: 26\r\n\r\n" \
                  "setInterval(function(){})\n"
#define NOTICE    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n" \
                  "<html><body>A message from your provider.</body></html>"
#define BEAVER    "HTTP/1.1 403 Forbidden\r\nServer: Beaver\r\nContent-Length: 9\r\n\r\nForbidden"

#define ALERT     "\x15\x03\x03\x00\x02\x02\x28"        /* fatal, handshake_failure */
#define COUNTING  "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x00"

#define RA        (RST | ACK)
#define FPA       (FIN | PSH | ACK)

const struct behaviour behaviours[] = {

/* ---- Resets -------------------------------------------------------------------------------- */
{
    .name = "reset-ladder-2006", .class = "reset", .on = ON_KEYWORD,
    .source = "Clayton, Murdoch, Watson, PET 2006",
    .shots = {
        { .to = TO_CLIENT, .flags = RST, .ttl = IS(47), .id = FROM_TO(1, 65535) },
        { .to = TO_CLIENT, .flags = RST, .ttl = IS(47), .id = FROM_TO(1, 65535),
          .seq = OF_SENDER(1460) },
        { .to = TO_CLIENT, .flags = RST, .ttl = IS(47), .id = FROM_TO(1, 65535),
          .seq = OF_SENDER(4380) },
        { .to = TO_SERVER, .flags = RST, .ttl = IS(47), .id = FROM_TO(1, 65535) },
        { .to = TO_SERVER, .flags = RST, .ttl = IS(47), .id = FROM_TO(1, 65535),
          .seq = OF_SENDER(1460) },
        { .to = TO_SERVER, .flags = RST, .ttl = IS(47), .id = FROM_TO(1, 65535),
          .seq = OF_SENDER(4380) },
    },
},
{
    .name = "reset-type1-2017", .class = "reset", .on = ON_KEYWORD,
    .source = "Wang, Cao, Qian, Song, Krishnamurthy, IMC 2017: type 1",
    .shots = {
        { .to = TO_CLIENT, .flags = RST, .ttl = FROM_TO(60, 240), .id = FROM_TO(1, 65535),
          .window = FROM_TO(1, 65535) },
        { .to = TO_SERVER, .flags = RST, .ttl = FROM_TO(60, 240), .id = FROM_TO(1, 65535),
          .window = FROM_TO(1, 65535) },
    },
},
{
    .name = "reset-type2-2017", .class = "reset", .on = ON_KEYWORD,
    .source = "Wang, Cao, Qian, Song, Krishnamurthy, IMC 2017: type 2",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(70, 60), .window = CYCLE(2100, 60),
          .id = FROM_TO(1, 65535), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(70, 60), .window = CYCLE(2100, 60),
          .id = FROM_TO(1, 65535), .df = true, .seq = OF_SENDER(1460) },
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(70, 60), .window = CYCLE(2100, 60),
          .id = FROM_TO(1, 65535), .df = true, .seq = OF_SENDER(4380) },
        { .to = TO_SERVER, .flags = RA, .ttl = CYCLE(70, 60), .window = CYCLE(2100, 60),
          .id = FROM_TO(1, 65535), .df = true },
        { .to = TO_SERVER, .flags = RA, .ttl = CYCLE(70, 60), .window = CYCLE(2100, 60),
          .id = FROM_TO(1, 65535), .df = true, .seq = OF_SENDER(1460) },
        { .to = TO_SERVER, .flags = RA, .ttl = CYCLE(70, 60), .window = CYCLE(2100, 60),
          .id = FROM_TO(1, 65535), .df = true, .seq = OF_SENDER(4380) },
    },
    .residual_tuple = 3, .residual_row = "residual-syn-ack-2017",
},
{
    .name = "reset-sni-2023-i", .class = "reset", .on = ON_SNI,
    .source = "Wu, Zohaib, Durumeric, Houmansadr, Wustrow, IEEE S&P 2025: GFW(I)",
    .shots = {
        { .to = TO_CLIENT, .flags = RST, .ttl = FROM_TO(55, 118), .id = IS(0) },
        { .to = TO_SERVER, .flags = RST, .ttl = FROM_TO(55, 118), .id = IS(0) },
    },
},
{
    .name = "reset-sni-2023-ii", .class = "reset", .on = ON_SNI,
    .source = "Wu et al., IEEE S&P 2025: GFW(II); window and TTL in step: net4people/bbs#285",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(128, 100), .window = OWN_TTL(1375),
          .id = FROM_TO(0xa3, 0xfe5f), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
        { .to = TO_SERVER, .flags = RA, .ttl = CYCLE(128, 100), .window = OWN_TTL(1375),
          .id = FROM_TO(0xa3, 0xfe5f), .df = true },
        { .to = TO_SERVER, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
        { .to = TO_SERVER, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
    },
},
{
    .name = "reset-sni-2023-iii", .class = "reset", .on = ON_SNI,
    .source = "Wu et al., IEEE S&P 2025: GFW(III)",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = IS(248), .id = FROM_TO(0x9916, 0x9933) },
        { .to = TO_SERVER, .flags = RA, .ttl = IS(248), .id = FROM_TO(0x9916, 0x9933) },
    },
},
{
    .name = "reset-syn-triplet", .class = "reset", .on = ON_SYN,
    .source = "net4people/bbs#285 (2023-09) and #511 (2025-08-20): three per SYN",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(65, 3), .window = OWN_TTL(4164),
          .id = FROM_TO(1, 65535), .seq = IS(0), .ack = OF_SENDER(1) },
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(65, 3), .window = OWN_TTL(4164),
          .id = FROM_TO(1, 65535), .seq = IS(0), .ack = OF_SENDER(1) },
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(65, 3), .window = OWN_TTL(4164),
          .id = FROM_TO(1, 65535), .seq = IS(0), .ack = OF_SENDER(1) },
    },
},
{
    .name = "reset-syn-ack-triplet", .class = "reset", .on = ON_SYN_ACK,
    .source = "net4people/bbs#285 (2023-09) and #511 (2025-08-20): three per SYN/ACK",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(162, 3), .window = OWN_TTL(-29),
          .id = FROM_TO(1, 65535) },
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(162, 3), .window = OWN_TTL(-29),
          .id = FROM_TO(1, 65535) },
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(162, 3), .window = OWN_TTL(-29),
          .id = FROM_TO(1, 65535) },
    },
},
{
    .name = "reset-henan", .class = "reset", .on = ON_SNI,
    .source = "Wu et al., IEEE S&P 2025: Henan Firewall",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = IS(58), .id = IS(1), .payload = COUNTING,
          .payload_len = 10 },
    },
},
{
    .name = "reset-rae", .class = "reset", .on = ON_SYN,
    .source = "Weaver, Sommer, Paxson, NDSS 2009; values: capture rst-inject-rae of the Zeek tests",
    .shots = {
        { .to = TO_CLIENT, .flags = RESERVED | NS | RST | ACK, .ttl = OF_SENDER(-3),
          .id = OF_TRIGGER(0), .df = true,
          .window = OF_TRIGGER(0), .seq = IS(0), .ack = OF_SENDER(0) },
    },
},
{
    .name = "reset-isp-id-0", .class = "reset", .on = ON_SNI,
    .source = "ValdikSS/GoodbyeDPI: passive boxes of Russian providers, IP ID 0",
    .shots = { { .to = TO_CLIENT, .flags = RA, .ttl = IS(60), .id = IS(0) } },
},
{
    .name = "reset-isp-id-1", .class = "reset", .on = ON_SNI,
    .source = "ValdikSS/GoodbyeDPI#574: passive boxes of Russian providers, IP ID 1",
    .shots = { { .to = TO_CLIENT, .flags = RST, .ttl = IS(60), .id = IS(1) } },
},
{
    .name = "reset-rewrite", .class = "reset", .on = ON_SNI, .rewrites_server_data = true,
    .source = "Xue et al., IMC 2022: TSPU SNI-I rewrites the server's own packet",
},
{
    .name = "reset-sandvine", .class = "reset", .on = ON_SNI,
    .source = "Marczak et al., Bad Traffic, Citizen Lab 2018; AFTE/OONI 2018",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = IS(51), .id = IS(0x3412), .window = IS(32120) },
        { .to = TO_SERVER, .flags = RA, .ttl = IS(51), .id = IS(0x3412), .window = IS(32120) },
    },
},
{
    .name = "reset-sandvine-pair", .class = "reset", .on = ON_HOST,
    .source = "Weaver, Sommer, Paxson, NDSS 2009: IP ID +4 then +1, second sequence number +12503",
    .shots = {
        { .to = TO_CLIENT, .flags = RST, .ttl = IS(57), .id = OF_TRIGGER(4) },
        { .to = TO_CLIENT, .flags = RST, .ttl = IS(57), .id = SAME_PLUS(1),
          .seq = OF_SENDER(12503) },
    },
},
{
    .name = "reset-turkmenistan", .class = "reset", .on = ON_HOST,
    .source = "Nourin et al., WWW 2023; breakerspace/turkmenistan-censorship",
    .shots = {
        { .to = TO_CLIENT, .flags = RST, .ttl = IS(118), .id = IS(0x7530) },
        { .to = TO_SERVER, .flags = RST, .ttl = IS(118), .id = IS(0x7530) },
    },
},
{
    .name = "reset-iran", .class = "reset", .on = ON_SNI,
    .source = "Lange et al., FOCI 2025; TTL copied from the trigger: net4people/bbs#98",
    .shots = { { .to = TO_CLIENT, .flags = RA, .ttl = OF_TRIGGER(0), .id = FROM_TO(1, 65535) } },
    .drop = { .client = true, .server = true },
},
{
    .name = "reset-id-of-trigger", .class = "reset", .on = ON_HOST,
    .source = "Nourin et al., FOCI 2023: Brunei, IP ID of the censored query",
    .shots = { { .to = TO_CLIENT, .flags = RST, .ttl = IS(60), .id = OF_TRIGGER(0) } },
},
{
    .name = "reset-id-plus-one", .class = "reset", .on = ON_HOST, .every_segment = true,
    .source = "CenTrace example captures (CoNEXT 2022), psiphon.ca: one per client segment",
    .shots = { { .to = TO_CLIENT, .flags = RST, .ttl = OF_TRIGGER(0), .id = OF_TRIGGER(1),
                 .window = OF_TRIGGER(0), .ack = OF_SENDER(1) } },
},
{
    .name = "reset-zero-on-syn", .class = "reset", .on = ON_SYN,
    .source = "OONI, Belarus (finally) bans Tor, 2016: sequence and acknowledgement number 0",
    .shots = { { .to = TO_CLIENT, .flags = RST, .ttl = IS(125), .id = FROM_TO(1, 65535),
                 .seq = IS(0) } },
},
{
    .name = "reset-after-syn-ack", .class = "reset", .on = ON_SYN_ACK,
    .source = "OONI, Belarus (finally) bans Tor, 2016: second reset, right numbers",
    .shots = { { .to = TO_CLIENT, .flags = RST, .ttl = IS(125), .id = FROM_TO(1, 65535) } },
},
{
    .name = "reset-reflected", .class = "reset", .on = ON_SNI,
    .source = "chassing/linux-sysadmin-interview-questions#33: the client's own segment as a reset",
    .shots = { { .to = TO_CLIENT, .flags = RA, .ttl = IS(120), .id = OF_TRIGGER(0),
                 .tos = OF_TRIGGER(0), .df = true,
                 .window = OF_TRIGGER(0), .payload_of_trigger = true } },
},
{
    .name = "reset-wrong-timestamps", .class = "reset", .on = ON_SNI,
    .source = "net4people/bbs#442: resets with timestamps far off, ignored by both ends",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = OF_SENDER(0), .id = FROM_TO(1, 65535), .df = true,
          .options = WRONG_TIMESTAMPS },
        { .to = TO_SERVER, .flags = RA, .ttl = OF_SENDER(0), .id = FROM_TO(1, 65535), .df = true,
          .options = WRONG_TIMESTAMPS },
    },
},
{
    .name = "reset-two-acks", .class = "reset", .on = ON_SNI,
    .source = "Sundara Raman et al., SIGCOMM 2023: RST; RST with acknowledgement number 0",
    .shots = {
        { .to = TO_CLIENT, .flags = RST, .ttl = FROM_TO(60, 120), .id = FROM_TO(1, 65535),
          .ack = OF_SENDER(1) },
        { .to = TO_CLIENT, .flags = RST, .ttl = FROM_TO(60, 120), .id = FROM_TO(1, 65535),
          .ack = IS(0) },
        { .to = TO_SERVER, .flags = RST, .ttl = FROM_TO(60, 120), .id = FROM_TO(1, 65535),
          .ack = OF_SENDER(1) },
        { .to = TO_SERVER, .flags = RST, .ttl = FROM_TO(60, 120), .id = FROM_TO(1, 65535),
          .ack = IS(0) },
    },
},
{
    .name = "reset-ttl-mirror", .class = "reset", .on = ON_HOST,
    .source = "net4people/bbs#98: TTL copied from the trigger",
    .shots = { { .to = TO_CLIENT, .flags = RA, .ttl = OF_TRIGGER(0), .id = FROM_TO(1, 65535),
                 .df = true } },
},
{
    .name = "reset-perfect", .class = "reset", .on = ON_HOST,
    .source = "no device known: every header value is the server's",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = OF_SENDER(0), .id = OF_SENDER(1), .df = true,
          .window = OF_SENDER(0), .options = SENDERS_TIMESTAMPS },
    },
},
{
    .name = "reset-perfect-in-path", .class = "reset", .on = ON_HOST,
    .source = "no device known: every header value is the server's, and the server is cut off",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = OF_SENDER(0), .id = OF_SENDER(1), .df = true,
          .window = OF_SENDER(0), .options = SENDERS_TIMESTAMPS },
    },
    .drop = { .trigger = true, .client = true, .server = true },
},
{
    .name = "reset-dns-tcp", .class = "reset", .on = ON_DNS_TCP,
    .source = "Hoang et al., USENIX Security 2021; OONI: reset after a DNS query over TCP",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(91, 50), .window = OWN_TTL(1200),
          .id = FROM_TO(1, 65535), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
    },
},

/* ---- DNS answers --------------------------------------------------------------------------- */
{
    .name = "dns-injector-1", .class = "dns-answer", .on = ON_DNS,
    .source = "Anonymous et al., Triplet Censors, FOCI 2020: injector 1",
    .shots = { { .to = TO_CLIENT, .ttl = CYCLE(98, 60), .id = FROM_TO(1, 65535),
                 .dns = { .flags = 0x8580, .ttl = 60, .a = "8.7.198.45",
                          .owner_in_full = true } } },
},
{
    .name = "dns-injector-2", .class = "dns-answer", .on = ON_DNS,
    .source = "Anonymous et al., Triplet Censors, FOCI 2020: injector 2",
    .shots = { { .to = TO_CLIENT, .ttl = FROM_TO(30, 250), .id = FROM_TO(1, 65535), .df = true,
                 .dns = { .flags = 0x8180, .ttl = 3012, .a = "59.24.3.173",
                          .aaaa = "2001::1f0d:5f25" } } },
},
{
    .name = "dns-injector-3", .class = "dns-answer", .on = ON_DNS,
    .source = "Fan et al., Wallbleed, NDSS 2025; net4people/bbs#466: injector 3",
    .shots = { { .to = TO_CLIENT, .ttl = OF_TRIGGER(0), .id = IS(0),
                 .dns = { .flags = 0x8180, .flags_if_not_rd = 0x8400, .ttl = 234,
                          .a = "31.13.94.37",
                          .aaaa = "2a03:2880:f10c:83:face:b00c:0:25de" } } },
},
{
    .name = "dns-nxdomain", .class = "dns-answer", .on = ON_DNS,
    .source = "net4people/bbs#657: NXDOMAIN over UDP, TCP untouched",
    .shots = { { .to = TO_CLIENT, .ttl = IS(59), .id = FROM_TO(1, 65535),
                 .dns = { .flags = 0x8183 } } },
},
{
    .name = "dns-private", .class = "dns-answer", .on = ON_DNS,
    .source = "Aryan, Aryan, Halderman, FOCI 2013; Lange et al., FOCI 2025: 10.10.34.36, in-path",
    .shots = { { .to = TO_CLIENT, .ttl = IS(60), .id = FROM_TO(1, 65535),
                 .dns = { .flags = 0x8180, .ttl = 300, .a = "10.10.34.36", .aaaa = "d0::11" } } },
    .drop = { .trigger = true },
},
{
    .name = "dns-loopback", .class = "dns-answer", .on = ON_DNS,
    .source = "Nourin et al., WWW 2023; net4people/bbs#80: Turkmenistan, 127.0.0.1",
    .shots = { { .to = TO_CLIENT, .ttl = IS(118), .id = IS(0x7530),
                 .dns = { .flags = 0x8180, .ttl = 300, .a = "127.0.0.1" } } },
},
{
    .name = "dns-echoed-tail", .class = "dns-answer", .on = ON_DNS,
    .source = "net4people/bbs#80: Turkmenistan 2021, 16 octets left over behind the copied query",
    .shots = { { .to = TO_CLIENT, .ttl = IS(118), .id = IS(0x7530),
                 .dns = { .flags = 0x8180, .ttl = 300, .a = "127.0.0.1",
                          .echoes_query_tail = true } } },
},
{
    .name = "dns-replace", .class = "dns-answer", .on = ON_DNS,
    .source = "net4people/bbs#657: transparent redirection, one answer only; good headers",
    .shots = { { .to = TO_CLIENT, .ttl = OF_SENDER(0), .id = FROM_TO(1, 65535), .df = true,
                 .dns = { .flags = 0x8180, .ttl = 120, .a = "203.0.113.80" } } },
    .drop = { .trigger = true },
},

/* ---- Data, SYN/ACK and FIN ----------------------------------------------------------------- */
{
    .name = "page-302-isp", .class = "data", .on = ON_HOST,
    .source = "ValdikSS/GoodbyeDPI: 302, Connection: close, IP ID 0",
    .shots = { { .to = TO_CLIENT, .flags = FPA, .ttl = IS(57), .id = IS(0), .window = IS(256),
                 .payload = PAGE_302 } },
},
{
    .name = "page-302-then-reset", .class = "data", .on = ON_HOST,
    .source = "CenTrace example captures (CoNEXT 2022): Portugal, window 123, IP ID 0, in-path",
    .shots = {
        { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = OF_SENDER(4), .id = IS(0), .window = IS(123),
          .payload = PAGE_302 },
        { .to = TO_CLIENT, .class = "reset", .flags = RST, .ttl = OF_SENDER(4), .id = IS(0),
          .seq = OF_SENDER(sizeof PAGE_302 - 1) },
    },
    .drop = { .client = true, .server = true },
},
{
    .name = "page-301-china", .class = "data", .on = ON_HOST,
    .source = "net4people/bbs#295: 301 with IP ID 0x99b3, TTL 251",
    .shots = { { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = IS(251), .id = IS(0x99b3),
                 .payload = PAGE_301 } },
},
{
    .name = "page-302-china", .class = "data", .on = ON_HOST,
    .source = "net4people/bbs#295: 302 with IP ID 0x4c57, TTL 251",
    .shots = { { .to = TO_CLIENT, .flags = FPA, .ttl = IS(251), .id = IS(0x4c57),
                 .payload = PAGE_302 } },
},
{
    .name = "page-403-iran", .class = "data", .on = ON_HOST,
    .source = "net4people/bbs#226; Aryan, Aryan, Halderman, FOCI 2013: page, then nothing passes",
    .shots = { { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = OF_TRIGGER(0), .id = FROM_TO(1, 65535),
                 .window = IS(8192), .payload = PAGE_403 } },
    .drop = { .client = true, .server = true },
},
{
    .name = "page-without-header", .class = "data", .on = ON_HOST,
    .source = "CenTrace example captures (CoNEXT 2022): Pakistan, markup without a status line",
    .shots = {
        { .to = TO_CLIENT, .flags = FIN | ACK, .ttl = IS(83), .id = IS(0x2207), .tos = IS(0x28),
          .window = IS(16384), .payload = BARE_HTML },
        { .to = TO_CLIENT, .class = "reset", .flags = RST, .ttl = IS(47), .id = SAME_PLUS(1),
          .seq = SAME_PLUS(sizeof BARE_HTML) },
    },
},
{
    .name = "page-sandvine", .class = "data", .on = ON_HOST,
    .source = "Marczak et al., Bad Traffic, Citizen Lab 2018: 307 in a FIN, IP ID 0x3412",
    .shots = { { .to = TO_CLIENT, .flags = FIN | ACK, .ttl = IS(49), .id = IS(0x3412),
                 .window = IS(32120), .payload = PAGE_307 } },
},
{
    .name = "ack-sandvine", .class = "ack", .on = ON_CLIENT_FIN,
    .source = "Marczak et al., Bad Traffic, Citizen Lab 2018: bare ACK answers the client's FIN",
    .shots = { { .to = TO_CLIENT, .flags = ACK, .ttl = IS(49), .id = IS(0x3412),
                 .window = IS(32120), .seq = OF_TRIGGER(0) } },
},
{
    .name = "page-mirrors-request", .class = "data", .on = ON_HOST,
    .source = "fox-it/quantuminsert, capture id1.cn-inject: IP ID, window, time of the request",
    .shots = { { .to = TO_CLIENT, .flags = FPA, .ttl = IS(22), .id = OF_TRIGGER(0),
                 .window = OF_TRIGGER(0), .payload = BEAVER } },
},
{
    .name = "page-window-1", .class = "data", .on = ON_HOST,
    .source = "LeeBrotherston's Snort rule: PerfTech, window 1 and DF clear",
    .shots = { { .to = TO_CLIENT, .flags = FPA, .ttl = IS(61), .id = FROM_TO(1, 65535),
                 .window = IS(1), .payload = NOTICE } },
},
{
    .name = "quantuminsert-get", .class = "data", .on = ON_HOST,
    .source = "fox-it/quantuminsert captures: IP ID 1, window 8192, DF clear",
    .shots = { { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = OF_SENDER(-2), .id = IS(1),
                 .window = IS(8192), .payload = INSERTED } },
},
{
    .name = "quantuminsert-syn-ack", .class = "data", .on = ON_SYN_ACK,
    .source = "fox-it/quantuminsert, capture qi_internet_SYNACK_curl_jsonip",
    .shots = { { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = OF_SENDER(-2), .id = IS(1),
                 .window = IS(8192), .payload = INSERTED } },
},
{
    .name = "great-cannon", .class = "data", .on = ON_HOST,
    .source = "Marczak et al., FOCI 2015: request suppressed, TTL and window rise in step",
    .shots = {
        { .to = TO_CLIENT, .flags = ACK, .class = "ack", .ttl = CYCLE(94, 60),
          .window = OWN_TTL(1870), .id = FROM_TO(1, 65535) },
        { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = CYCLE(94, 60), .window = OWN_TTL(1870),
          .id = FROM_TO(1, 65535), .payload = SCRIPT },
        { .to = TO_CLIENT, .flags = FIN | ACK, .class = "fin", .ttl = CYCLE(94, 60),
          .window = OWN_TTL(1870), .id = FROM_TO(1, 65535), .seq = SAME_PLUS(sizeof SCRIPT - 1) },
    },
    .drop = { .trigger = true, .client = true },
},
{
    .name = "syn-ack-forged", .class = "syn-ack", .on = ON_SYN,
    .source = "Wang, Cao, Qian, Song, Krishnamurthy, IMC 2017: SYN/ACK with a wrong number",
    .shots = { { .to = TO_CLIENT, .flags = SYN | ACK, .ttl = IS(77), .id = FROM_TO(1, 65535),
                 .window = IS(2048), .seq = FROM_TO(1, 2000000000), .ack = OF_SENDER(1) } },
},
{
    .name = "fin-forged", .class = "fin", .on = ON_HOST,
    .source = "Nourin et al., WWW 2023; Yadav et al., IMC 2018: FIN in the server's name",
    .shots = { { .to = TO_CLIENT, .flags = FIN | ACK, .ttl = IS(61), .id = FROM_TO(1, 65535),
                 .window = IS(1000) } },
},
{
    .name = "tls-alert", .class = "data", .on = ON_SNI,
    .source = "no packet-level publication known: plain alert as the first server record",
    .shots = { { .to = TO_CLIENT, .flags = PSH | ACK, .ttl = IS(61), .id = IS(0),
                 .window = IS(1024), .payload = ALERT, .payload_len = 7 } },
},

/* ---- Absence ------------------------------------------------------------------------------- */
{
    .name = "syn-blackhole", .class = "silence", .on = ON_SYN,
    .source = "Xue et al., IMC 2022: blocked address, nothing passes",
    .drop = { .trigger = true, .client = true, .server = true },
},
{
    .name = "syn-ack-suppressed", .class = "silence", .on = ON_SYN,
    .source = "Ensafi et al., PETS 2015: SYN/ACKs from a blocked address do not come in",
    .drop = { .server = true },
},
{
    .name = "hello-unacked", .class = "silence", .on = ON_SNI,
    .source = "Xue et al., IMC 2022: SNI-IV, ClientHello and all that follows is dropped",
    .drop = { .trigger = true, .client = true, .server = true },
},
{
    .name = "hello-acked-then-mute", .class = "silence", .on = ON_SNI,
    .source = "Xue et al., IMC 2022: SNI-II, acknowledged, then no data",
    .drop = { .server_data = true },
},
{
    .name = "one-way-after-hello", .class = "silence", .on = ON_SNI,
    .source = "Bock et al., 2020 (ESNI): client to server is dropped, server to client passes",
    .drop = { .client = true },
},
{
    .name = "freeze-after-16k", .class = "silence", .on = ON_SNI,
    .source = "net4people/bbs#490: both directions stop after 16 to 20 kB",
    .drop = { .client = true, .server = true, .after_bytes = 17000 },
},
{
    .name = "request-unacked", .class = "silence", .on = ON_HOST,
    .source = "Sundara Raman et al., SIGCOMM 2023: handshake, then nothing arrives",
    .drop = { .trigger = true, .client = true, .server = true },
},
{
    .name = "dns-suppressed", .class = "silence", .on = ON_DNS,
    .source = "Zohaib et al., USENIX Security 2025, artefact captures: query without answer",
    .drop = { .trigger = true, .client = true },
},
{
    .name = "quic-initial-silence", .class = "silence", .on = ON_QUIC_SNI,
    .source = "Xue et al., IMC 2022; Elmenhorst et al., IMC 2021: Initials never pass",
    .drop = { .trigger = true, .client = true, .server = true },
},
{
    .name = "quic-flow-killed", .class = "silence", .on = ON_QUIC_SNI,
    .source = "Zohaib et al., USENIX Security 2025: after the Initial, client to server is dropped",
    .drop = { .client = true },
},
{
    .name = "police-150-kbit", .class = "silence", .on = ON_SNI,
    .source = "Xue et al., Throttling Twitter, IMC 2021: about 150 kbit/s by dropping the excess",
    .drop = { .bytes_per_second = 18750 },
},
{
    .name = "null-route-4-tuple", .class = "silence", .on = ON_HOST,
    .source = "Bock et al., Your Censor is My Censor, WOOT 2021: Kazakhstan, Iran, 4-tuple",
    .drop = { .trigger = true, .client = true, .server = true },
    .residual_tuple = 4, .residual_row = "residual-drop",
},
{
    .name = "reset-then-residual", .class = "reset", .on = ON_KEYWORD,
    .source = "Bock et al., WOOT 2021: GFW keyword, resets for 90 s on the 3-tuple",
    .shots = {
        { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(150, 60), .window = OWN_TTL(900),
          .id = FROM_TO(1, 65535), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
        { .to = TO_CLIENT, .flags = RA, .ttl = SAME_PLUS(0), .window = SAME_PLUS(0),
          .id = SAME_PLUS(0), .df = true },
    },
    .residual_tuple = 3, .residual_row = "residual-reset",
},
{
    .name = "drop-then-residual", .class = "silence", .on = ON_SNI,
    .source = "Bock et al., 2020 (ESNI): dropped for 120 to 180 s on the 3-tuple",
    .drop = { .trigger = true, .client = true },
    .residual_tuple = 3, .residual_row = "residual-drop",
},

/* What later connections of a tuple suffer. Only ever set off by a row above. */
{
    .name = "residual-drop", .class = "silence", .on = ON_NOTHING,
    .source = "Bock et al., WOOT 2021",
    .drop = { .trigger = true, .client = true, .server = true },
},
{
    .name = "residual-reset", .class = "reset", .on = ON_NOTHING,
    .source = "Bock et al., WOOT 2021",
    .shots = { { .to = TO_CLIENT, .flags = RA, .ttl = CYCLE(180, 60), .window = OWN_TTL(900),
                 .id = FROM_TO(1, 65535), .df = true, .seq = IS(0), .ack = OF_SENDER(1) } },
},
{
    .name = "residual-syn-ack-2017", .class = "syn-ack", .on = ON_NOTHING,
    .source = "Wang, Cao, Qian, Song, Krishnamurthy, IMC 2017: for 90 s a SYN gets a false SYN/ACK",
    .shots = { { .to = TO_CLIENT, .flags = SYN | ACK, .ttl = IS(77), .id = FROM_TO(1, 65535),
                 .window = IS(2048), .seq = FROM_TO(1, 2000000000), .ack = OF_SENDER(1) } },
},
{ .name = NULL },
};

const struct behaviour *
behaviour_named(const char *name)
{
    for (const struct behaviour *b = behaviours; b->name; b++)
        if (!strcmp(b->name, name))
            return b;
    return NULL;
}
