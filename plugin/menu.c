/* menu.c
 * Tools, Interference report: the plain report in a window of Wireshark's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <epan/funnel.h>

#include "outputs.h"
#include "parts.h"

static void
show_report(void *data _U_)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    if (!ops || !ops->new_text_window || !ops->set_text)
        return;
    results_t results = outputs_results();
    sink_t sink = sink_new(NULL);
    write_report(&sink, &results);
    results_clear(&results);
    funnel_text_window_t *window = ops->new_text_window(ops->ops_id, "Interference report");
    if (window)
        ops->set_text(window, sink.text->str);
    sink_clear(&sink);
}

void
menu_register(void)
{
    funnel_register_menu("Interference report", REGISTER_TOOLS_GROUP_UNSORTED, show_report, NULL, NULL, false);
}
