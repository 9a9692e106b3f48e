/* menu.c
 * Tools, Interference report: the plain report in a window of Wireshark's, with buttons that copy it, and that
 * show the page in a browser, which can save and print it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <unistd.h>

#include <epan/funnel.h>

#include "outputs.h"
#include "parts.h"

/* Kept as text; end it with sink_clear(). */
static sink_t
written(writer_t write)
{
    results_t results = outputs_results();
    sink_t sink = sink_new(NULL);

    write(&sink, &results);
    results_clear(&results);
    return sink;
}

static gboolean
copy_report(funnel_text_window_t *window _U_, void *data _U_)
{
    sink_t report = written(write_report);

    funnel_get_funnel_ops()->copy_to_clipboard(report.text);
    sink_clear(&report);
    return TRUE;
}

/* A file of its own, which only its owner can read; the browser has it from there. */
static gboolean
open_page(funnel_text_window_t *window _U_, void *data _U_)
{
    char *name = NULL;
    int file = g_file_open_tmp("interference-XXXXXX.html", &name, NULL);

    if (file < 0)
        return TRUE;
    sink_t page = written(write_html);
    if (g_file_set_contents(name, page.text->str, (gssize)page.text->len, NULL)) {
        char *address = g_filename_to_uri(name, NULL, NULL);
        funnel_get_funnel_ops()->browser_open_url(address);
        g_free(address);
    }
    sink_clear(&page);
    close(file);
    g_free(name);
    return TRUE;
}

static void
add_button(const funnel_ops_t *ops, funnel_text_window_t *window, funnel_bt_cb_t act, const char *label)
{
    funnel_bt_t *button = g_new0(funnel_bt_t, 1);

    button->tw = window;
    button->func = act;
    button->free_fcn = button->free_data_fcn = g_free;
    ops->add_button(window, button, label);
}

static void
show_report(void *data _U_)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    if (!ops || !ops->new_text_window || !ops->set_text)
        return;
    funnel_text_window_t *window = ops->new_text_window(ops->ops_id, "Interference report");
    if (!window)
        return;
    sink_t report = written(write_report);
    ops->set_text(window, report.text->str);
    sink_clear(&report);
    if (ops->add_button && ops->copy_to_clipboard)
        add_button(ops, window, copy_report, "Copy");
    if (ops->add_button && ops->browser_open_url)
        add_button(ops, window, open_page, "Open as page");
}

void
menu_register(void)
{
    funnel_register_menu("Interference report", REGISTER_TOOLS_GROUP_UNSORTED, show_report, NULL, NULL, false);
}
