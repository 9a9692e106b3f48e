/* present.c
 * Shows findings: fields, expert information, the tree. Nothing is decided here, and no signature
 * is known here; every pass looks the frame up in the store and shows what is there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <string.h>

#include <epan/expert.h>
#include <epan/tap.h>
#include <wiretap/wtap.h>

#include "../dissectors/verdict/origin.h"
#include "parts.h"
#include "results/results.h"

static int tap_interference = -1;    /* one event per frame with a finding: its data is the finding */
static int proto_finding = -1;          /* the post-dissector's own name; cheaper than a protocol */

static int hf_verdict, hf_class, hf_confidence, hf_level, hf_trigger, hf_forged_frame,
           hf_genuine_frame, hf_trigger_frame, hf_because, hf_unless, hf_signs, hf_effect,
           hf_signature, hf_evidence, hf_explanation, hf_notice,
           hf_incident, hf_vantage, hf_injector, hf_injector_match, hf_hops_to_injector, hf_where;
static int hf_fact[N_FACTS];

static int ett_interference = -1, ett_facts = -1, ett_because = -1, ett_signs = -1;

static expert_field ei_forged = EI_INIT, ei_suspect = EI_INIT, ei_genuine = EI_INIT,
                    ei_trigger = EI_INIT, ei_silenced = EI_INIT, ei_notice = EI_INIT;

static const char *
text_of_fact(const finding_t *f, fact_id_t id)
{
    for (unsigned i = 0; i < f->facts->len; i++)
        if (g_array_index(f->facts, fact_t, i).id == id)
            return g_array_index(f->facts, fact_t, i).text;
    return NULL;
}

/* A finding without a verdict. */
static const char *
remark(packet_info *pinfo, const finding_t *f)
{
    const char *meaning = text_of_fact(f, F_STAGE_MEANING);

    if (f->notice || !meaning)
        return f->notice ? f->notice : "";
    return wmem_strdup_printf(pinfo->pool, "Connection broke off early (no verdict): %s", meaning);
}

/* The whole finding in one line. Lives as long as the packet. */
static const char *
summary(packet_info *pinfo, const finding_t *f)
{
    if (f->verdict == VERDICT_NONE)
        return remark(pinfo, f);
    char *line = finding_line(f);
    const char *kept = wmem_strdup(pinfo->pool, line);
    g_free(line);
    return kept;
}

static expert_field *
expert_of(verdict_t verdict)
{
    switch (verdict) {
    case VERDICT_FORGED:   return &ei_forged;
    case VERDICT_SUSPECT:  return &ei_suspect;
    case VERDICT_GENUINE:  return &ei_genuine;
    case VERDICT_TRIGGER:  return &ei_trigger;
    case VERDICT_SILENCED: return &ei_silenced;
    default:               return NULL;
    }
}

/* ---- fields ---- */

static void
add_string(proto_tree *tree, tvbuff_t *tvb, int hf, const char *value)
{
    if (value && *value)
        proto_item_set_generated(proto_tree_add_string(tree, hf, tvb, 0, 0, value));
}

static void
add_frame(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, int hf, uint32_t frame)
{
    if (!frame)
        return;
    proto_item_set_generated(proto_tree_add_uint(tree, hf, tvb, 0, 0, frame));
    if (frame < pinfo->num)
        depend_on_frame(pinfo, frame);
}

static void
add_fact(proto_tree *tree, tvbuff_t *tvb, const fact_t *fact)
{
    int hf = hf_fact[fact->id];
    proto_item *item = NULL;
    nstime_t time;

    switch (fact_rows[fact->id].kind) {
    case FACT_UINT:
    case FACT_FRAME:
        item = proto_tree_add_uint(tree, hf, tvb, 0, 0, (uint32_t)fact->value);
        break;
    case FACT_INT:
        item = proto_tree_add_int(tree, hf, tvb, 0, 0, (int32_t)fact->value);
        break;
    case FACT_FLAG:
        item = proto_tree_add_boolean(tree, hf, tvb, 0, 0, fact->value != 0);
        break;
    case FACT_TEXT:
        item = proto_tree_add_string(tree, hf, tvb, 0, 0, fact->text);
        break;
    case FACT_TIME:
        time.secs = (time_t)(fact->value / NS_PER_S);
        time.nsecs = (int)(fact->value % NS_PER_S);
        item = proto_tree_add_time(tree, hf, tvb, 0, 0, &time);
        break;
    }
    proto_item_set_generated(item);
}

static void
add_facts(proto_tree *tree, tvbuff_t *tvb, const finding_t *f)
{
    for (unsigned i = 0; i < f->facts->len; i++)
        if (fact_rows[g_array_index(f->facts, fact_t, i).id].detector >= N_DETECTORS)
            add_fact(tree, tvb, &g_array_index(f->facts, fact_t, i));
    for (unsigned d = 0; d < N_DETECTORS; d++) {
        proto_tree *subtree = NULL;
        for (unsigned i = 0; i < f->facts->len; i++) {
            const fact_t *fact = &g_array_index(f->facts, fact_t, i);
            if (fact_rows[fact->id].detector != d)
                continue;
            if (!subtree) {
                proto_item *item = proto_tree_add_item(tree, proto_detector[d], tvb, 0, 0, ENC_NA);
                proto_item_set_generated(item);
                proto_item_set_text(item, "Facts: %s", detector_name((detector_id_t)d));
                subtree = proto_item_add_subtree(item, ett_facts);
            }
            add_fact(subtree, tvb, fact);
        }
    }
}

/* ---- the proof: the strongest signs, each on the bytes it speaks of ---- */

#define PROOF_MAX 3

/* Words of evidence, and the fields of Wireshark's that they speak of. A phrase comes before its parts. */
static const struct {
    const char *word, *field[2];    /* the first that the packet has */
} spoken[] = {
    { "record TTL", { "dns.resp.ttl" } },
    { "IP TTL", { "ip.ttl", "ipv6.hlim" } },
    { "TTL", { "ip.ttl", "ipv6.hlim" } },
    { "hop limit", { "ipv6.hlim" } },
    { "IP ID", { "ip.id" } },
    { "flow label", { "ipv6.flow" } },
    { "don't-fragment", { "ip.flags.df" } },
    { "TOS", { "ip.dsfield" } },
    { "window", { "tcp.window_size_value" } },
    { "timestamps", { "tcp.options.timestamp.tsval" } },
    { "acknowledge", { "tcp.ack" } },
    { "sequence", { "tcp.seq" } },
    { "flags", { "tcp.flags", "dns.flags" } },
    { "EDNS", { "dns.count.add_rr" } },
    { "authoritative", { "dns.flags" } },
    { "answers", { "dns.count.answers" } },
    { "leads to", { "dns.a", "dns.aaaa" } },
    { "certificate", { "tls.handshake.certificate" } },
    { "bytes", { "tcp.payload" } },
    { "page", { "tcp.payload" } },
};

/* The innermost field of this name in the packet, NULL where it has none with bytes. */
static const field_info *
field_of(proto_tree *tree, const char *name)
{
    const header_field_info *field = name ? proto_registrar_get_byname(name) : NULL;
    GPtrArray *found = field ? proto_find_finfo(tree, field->id) : NULL;
    const field_info *last = NULL;

    for (unsigned i = 0; found && i < found->len; i++) {
        const field_info *one = g_ptr_array_index(found, i);
        if (one->length > 0 && one->ds_tvb)
            last = one;
    }
    if (found)
        g_ptr_array_free(found, TRUE);
    return last;
}

/* What a piece of evidence speaks of first. */
static const field_info *
bytes_of(proto_tree *tree, const char *text)
{
    const char *first = NULL;
    const field_info *bytes = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(spoken); i++) {
        const char *place = strstr(text, spoken[i].word);
        if (!place || (first && place >= first))
            continue;
        const field_info *field = field_of(tree, spoken[i].field[0]);
        if (!field)
            field = field_of(tree, spoken[i].field[1]);
        if (field) {
            first = place;
            bytes = field;
        }
    }
    return bytes;
}

static void
add_sign(proto_tree *tree, proto_tree *packet, tvbuff_t *tvb, const evidence_t *e)
{
    /* Only for who looks at the packet: to find bytes takes time, and filters do without. */
    const field_info *bytes = PTREE_DATA(tree)->visible ? bytes_of(packet, e->text) : NULL;

    proto_item *item = bytes ? proto_tree_add_string(tree, hf_because, bytes->ds_tvb, (int)bytes->start,
                                                     (int)bytes->length, e->text)
                             : proto_tree_add_string(tree, hf_because, tvb, 0, 0, e->text);
    proto_item_set_generated(item);
    if (!g_str_has_prefix(e->signature->twin, "none"))
        add_string(proto_item_add_subtree(item, ett_because), tvb, hf_unless, e->signature->twin);
}

static void
add_proof(proto_tree *tree, proto_tree *packet, tvbuff_t *tvb, const finding_t *f)
{
    GPtrArray *signs = evidence_by_weight(f);
    for (unsigned i = 0; i < signs->len && i < PROOF_MAX; i++)
        add_sign(tree, packet, tvb, g_ptr_array_index(signs, i));
    g_ptr_array_free(signs, TRUE);
}

/* All of them, in the order of the catalogue. */
static void
add_signs(proto_tree *tree, tvbuff_t *tvb, const finding_t *f)
{
    if (!f->evidence->len)
        return;
    proto_item *item = proto_tree_add_uint(tree, hf_signs, tvb, 0, 0, f->evidence->len);
    proto_tree *subtree = proto_item_add_subtree(item, ett_signs);
    proto_item_set_generated(item);
    for (unsigned i = 0; i < f->evidence->len; i++) {
        const evidence_t *e = &g_array_index(f->evidence, evidence_t, i);
        add_string(subtree, tvb, hf_signature, e->signature->id);
        add_string(subtree, tvb, hf_evidence, e->text);
    }
}

/* Whose header a forged packet has, and how far away its sender is. */
static void
add_origin(proto_tree *tree, tvbuff_t *tvb, const origin_t *origin)
{
    for (unsigned i = 0; i < origin->n_matches; i++) {
        add_string(tree, tvb, hf_injector, origin->injector[i]->name);
        char *match = injector_match_text(origin->injector[i], &origin->packet);
        add_string(tree, tvb, hf_injector_match, match);
        g_free(match);
    }
    if (!origin->n_matches)
        add_string(tree, tvb, hf_injector, "unknown");
    if (origin->where.known)
        proto_item_set_generated(proto_tree_add_uint(tree, hf_hops_to_injector, tvb, 0, 0,
                                                     origin->where.hops));
    char *where = where_text(&origin->facts);
    add_string(tree, tvb, hf_where, where);
    g_free(where);
}

static void
add_fields(proto_tree *subtree, proto_tree *packet, tvbuff_t *tvb, packet_info *pinfo,
           const finding_t *f)
{
    if (f->verdict != VERDICT_NONE) {
        add_string(subtree, tvb, hf_verdict, verdict_name(f->verdict));
        add_string(subtree, tvb, hf_class, class_name(f->class));
    }
    if (has_confidence(f->verdict)) {
        proto_item_set_generated(proto_tree_add_uint(subtree, hf_confidence, tvb, 0, 0, f->confidence));
        add_string(subtree, tvb, hf_level, confidence_level(f->confidence));
    }
    add_string(subtree, tvb, hf_trigger, f->trigger);
    add_frame(subtree, tvb, pinfo, hf_trigger_frame, f->trigger_frame);
    add_frame(subtree, tvb, pinfo, hf_forged_frame, f->forged_frame);
    add_frame(subtree, tvb, pinfo, hf_genuine_frame, f->genuine_frame);
    if (f->incident)
        proto_item_set_generated(proto_tree_add_uint(subtree, hf_incident, tvb, 0, 0, f->incident));
    add_proof(subtree, packet, tvb, f);
    add_string(subtree, tvb, hf_explanation, f->innocent);
    if (f->verdict == VERDICT_FORGED && f->origin)
        add_origin(subtree, tvb, f->origin);
    char *effect = finding_effect(f);
    add_string(subtree, tvb, hf_effect, effect);
    g_free(effect);
    if (f->verdict != VERDICT_NONE)
        add_string(subtree, tvb, hf_vantage, vantage_name(f->vantage));
    add_signs(subtree, tvb, f);
    add_facts(subtree, tvb, f);
    add_string(subtree, tvb, hf_notice, f->notice);
}

/* In its list the verdict is a column of its own, and lines are cut off. */
static void
add_expert(packet_info *pinfo, proto_item *item, const finding_t *f)
{
    char *line = finding_brief(f);

    expert_add_info_format(pinfo, item, expert_of(f->verdict), "%s", line);
    g_free(line);
}

static void
add_finding(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const finding_t *f)
{
    const char *line = summary(pinfo, f);
    proto_item *top = proto_tree_add_item(tree, proto_interference, tvb, 0, 0, ENC_NA);

    proto_item_set_generated(top);
    proto_item_set_text(top, "Interference: %s", line);
    if (tree)
        add_fields(proto_item_add_subtree(top, ett_interference), tree, tvb, pinfo, f);
    /* What the user asked to see although it weighs next to nothing is no warning. */
    bool slight = f->verdict == VERDICT_SUSPECT && f->confidence < CONFIDENCE_SHOWN;
    if (expert_of(f->verdict) && !slight)
        add_expert(pinfo, top, f);
    if (f->notice)
        expert_add_info_format(pinfo, top, &ei_notice, "%s", f->notice);
}

/* ---- on request: the Info column, packet comments ---- */

static void
tag_info_column(packet_info *pinfo, const finding_t *f)
{
    char *tag = finding_tag(f);
    if (tag)
        col_append_fstr(pinfo->cinfo, COL_INFO, " [%s]", tag);
    g_free(tag);
}

static bool
has_comment(wtap_block_t block, const char *comment)
{
    char *other;
    for (unsigned i = 0; wtap_block_get_nth_string_option_value(block, OPT_COMMENT, i, &other)
                         == WTAP_OPTTYPE_SUCCESS; i++)
        if (g_str_equal(other, comment))
            return true;
    return false;
}

/* The record is written after it was dissected, so what is added here stays in the file. The same
 * record may be dissected again with the comment in it. */
static void
add_comment(packet_info *pinfo, const finding_t *f)
{
    wtap_block_t block = pinfo->rec ? pinfo->rec->block : NULL;
    char *comment = finding_comment(f);

    if (block && comment && !has_comment(block, comment))
        wtap_block_add_string_option(block, OPT_COMMENT, comment, strlen(comment));
    g_free(comment);
}

static G_GNUC_NO_INLINE int
show_finding(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const finding_t *f = store_lookup(engine_store(session_engine()), pinfo->num);

    if (!f || (f->time && f->time != capture_time(pinfo)))
        return 0;
    if (PINFO_FD_VISITED(pinfo))
        store_confirm(engine_store(session_engine()), pinfo->num, capture_time(pinfo));
    /* Expert information of a protocol in name only would be filed under "Frame". */
    const char *protocol = pinfo->current_proto;
    pinfo->current_proto = "Interference";
    add_finding(tree, tvb, pinfo, f);
    pinfo->current_proto = protocol;
    if (session_tags_info(f->verdict))
        tag_info_column(pinfo, f);
    if (session_writes_comments())
        add_comment(pinfo, f);
    tap_queue_packet(tap_interference, pinfo, f);
    return 0;
}

/* Runs for every packet, and ends with its last call: most have no finding. */
static int
show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    engine_t *engine = session_engine();

    session_met(pinfo);
    return engine && store_may_have(engine_store(engine), pinfo->num) ? show_finding(tvb, pinfo, tree) : 0;
}

/* ---- registration ---- */

static hf_register_info
fact_field(fact_id_t id)
{
    const fact_row_t *row = &fact_rows[id];
    enum ftenum type = FT_UINT32;
    int display = BASE_DEC;

    switch (row->kind) {
    case FACT_UINT:  break;
    case FACT_INT:   type = FT_INT32; break;
    case FACT_FLAG:  type = FT_BOOLEAN; display = BASE_NONE; break;
    case FACT_TIME:  type = FT_RELATIVE_TIME; display = BASE_NONE; break;
    case FACT_FRAME: type = FT_FRAMENUM; display = BASE_NONE; break;
    case FACT_TEXT:  type = FT_STRING; display = BASE_NONE; break;
    }
    return (hf_register_info){ &hf_fact[id],
        { row->label, g_strconcat("interference.", row->filter, NULL), type, display, NULL, 0, NULL,
          HFILL } };
}

static void
register_facts(void)
{
    static hf_register_info fields[N_FACTS];

    for (unsigned i = 0; i < N_FACTS; i++) {
        fields[i] = fact_field((fact_id_t)i);
        detector_id_t detector = fact_rows[i].detector;
        proto_register_field_array(detector < N_DETECTORS ? proto_detector[detector] : proto_interference,
                                   &fields[i], 1);
    }
}

void
present_register(void)
{
    static hf_register_info fields[] = {
        { &hf_verdict, { "Verdict", "interference.verdict", FT_STRING, BASE_NONE, NULL, 0,
            "forged, suspect, genuine, trigger or silenced", HFILL } },
        { &hf_class, { "Class", "interference.class", FT_STRING, BASE_NONE, NULL, 0,
            "What kind of interference this frame is part of", HFILL } },
        { &hf_confidence, { "Confidence", "interference.confidence", FT_UINT8, BASE_DEC, NULL, 0,
            "That this packet was not sent by its claimed source, 0 to 99", HFILL } },
        { &hf_level, { "Confidence level", "interference.level", FT_STRING, BASE_NONE, NULL, 0,
            "low below 50, medium below 80, high", HFILL } },
        { &hf_trigger, { "Trigger", "interference.trigger", FT_STRING, BASE_NONE, NULL, 0,
            "What was asked for: DNS name, HTTP host and path, TLS or QUIC server name", HFILL } },
        { &hf_trigger_frame, { "Trigger in frame", "interference.trigger_frame", FT_FRAMENUM,
            BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "The packet that set it off", HFILL } },
        { &hf_forged_frame, { "Forged packet in frame", "interference.forged_frame", FT_FRAMENUM,
            BASE_NONE, NULL, 0, "The forged packet that this one belongs to", HFILL } },
        { &hf_genuine_frame, { "Genuine packet in frame", "interference.genuine_frame", FT_FRAMENUM,
            BASE_NONE, NULL, 0, "What the claimed source really sent", HFILL } },
        { &hf_incident, { "Incident", "interference.incident", FT_UINT32, BASE_DEC, NULL, 0,
            "The same for all packets of one connection or question", HFILL } },
        { &hf_because, { "Because", "interference.because", FT_STRING, BASE_NONE, NULL, 0,
            "Evidence of the strongest signs, up to three, the strongest first", HFILL } },
        { &hf_unless, { "Unless", "interference.unless", FT_STRING, BASE_NONE, NULL, 0,
            "What else shows such a sign; one explanation of all may be another", HFILL } },
        { &hf_signs, { "Signs", "interference.signs", FT_UINT8, BASE_DEC, NULL, 0,
            "How many signs there are; all of them are below", HFILL } },
        { &hf_signature, { "Signature", "interference.signature", FT_STRING, BASE_NONE, NULL, 0,
            "Name of a sign in the catalogue", HFILL } },
        { &hf_evidence, { "Evidence", "interference.evidence", FT_STRING, BASE_NONE, NULL, 0,
            "What was observed, beside what was expected", HFILL } },
        { &hf_explanation, { "Innocent explanation", "interference.explanation", FT_STRING,
            BASE_NONE, NULL, 0, "What else could explain it", HFILL } },
        { &hf_vantage, { "Captured at", "interference.vantage", FT_STRING, BASE_NONE, NULL, 0,
            "client, server, on-path or unknown", HFILL } },
        { &hf_injector, { "Consistent with", "interference.injector", FT_STRING, BASE_NONE, NULL, 0,
            "Published injectors whose header a forged packet has, or unknown", HFILL } },
        { &hf_injector_match, { "Header facts", "interference.injector.match", FT_STRING, BASE_NONE,
            NULL, 0, "What fits a published injector and what does not", HFILL } },
        { &hf_hops_to_injector, { "Hops to the injector", "interference.hops_to_injector", FT_UINT8,
            BASE_DEC, NULL, 0, "From the capture point, best estimate", HFILL } },
        { &hf_where, { "Where", "interference.where", FT_STRING, BASE_NONE, NULL, 0,
            "Distance of the injector with its range and reason", HFILL } },
        { &hf_effect, { "Effect", "interference.effect", FT_STRING, BASE_NONE, NULL, 0,
            "Whether it had its effect, where that shows", HFILL } },
        { &hf_notice, { "Notice", "interference.notice", FT_STRING, BASE_NONE, NULL, 0,
            "What could not be judged from this frame on", HFILL } },
    };
    static int *subtrees[] = { &ett_interference, &ett_facts, &ett_because, &ett_signs };
    static ei_register_info experts[] = {
        { &ei_forged, { "interference.expert.forged", PI_SECURITY, PI_WARN,
            "Probably not sent by its claimed source", EXPFILL } },
        { &ei_suspect, { "interference.expert.suspect", PI_SECURITY, PI_NOTE,
            "Unlike its claimed source", EXPFILL } },
        { &ei_genuine, { "interference.expert.genuine", PI_SECURITY, PI_CHAT,
            "Genuine packet beside a forged one", EXPFILL } },
        { &ei_trigger, { "interference.expert.trigger", PI_SECURITY, PI_CHAT,
            "Set off a forged packet", EXPFILL } },
        { &ei_silenced, { "interference.expert.silenced", PI_SECURITY, PI_NOTE,
            "Never answered", EXPFILL } },
        { &ei_notice, { "interference.expert.notice", PI_SECURITY, PI_NOTE,
            "Not everything could be judged", EXPFILL } },
    };

    proto_finding = proto_register_protocol_in_name_only("Interference Finding",
        "Interference Finding", "interference.finding", proto_interference, FT_PROTOCOL);
    proto_register_field_array(proto_interference, fields, G_N_ELEMENTS(fields));
    register_facts();
    proto_register_subtree_array(subtrees, G_N_ELEMENTS(subtrees));
    expert_register_field_array(expert_register_protocol(proto_interference), experts,
                                G_N_ELEMENTS(experts));
    tap_interference = register_tap("interference");
}

void
present_handoff(void)
{
    static bool done;

    if (done)
        return;
    done = true;
    /* No fields are asked for: that would cost every packet of every capture a tree. */
    register_postdissector(create_dissector_handle(show, proto_finding));
}
