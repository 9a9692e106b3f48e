/* fingerprints/test_list_files.c
 * Lists as files and folders: what is read, what is refused without waiting for it, and what is not
 * read twice.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "fingerprints/fingerprints.h"

static const uint8_t one[] = { 192, 0, 2, 1 }, two[] = { 192, 0, 2, 2 }, three[] = { 192, 0, 2, 3 };

static char *folder;

static char *
path_of(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void
write_list(const char *name, const char *text)
{
    char *path = path_of(name);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void
drop_list(const char *name)
{
    char *path = path_of(name);
    g_unlink(path);
    g_free(path);
}

static bool
has(const fingerprints_t *f, const uint8_t address[4])
{
    return fingerprints_address(f, address, false) != NULL;
}

static void
assert_warnings(const fingerprints_t *f, const char *expected)
{
    GString *s = g_string_new(NULL);
    const GPtrArray *warnings = fingerprints_warnings(f);

    for (unsigned i = 0; i < warnings->len; i++)
        g_string_append_printf(s, "%s%s", i ? "|" : "",
                               (const char *)g_ptr_array_index(warnings, i));
    assert_string_equal(s->str, expected);
    g_string_free(s, TRUE);
}

static void
check_paths(void **state)
{
    fingerprints_t *f = NULL;
    char *none = path_of("none.csv"), *other = path_of("notes");

    (void)state;
    write_list("a.txt", "192.0.2.1\n");
    write_list("b.csv",
               "name,scope,location_found,pattern_type,pattern\nx,nat,dns,full,192.0.2.2\n");
    write_list("notes", "192.0.2.3\n");
    char *paths = g_strconcat(folder, G_SEARCHPATH_SEPARATOR_S, none, G_SEARCHPATH_SEPARATOR_S,
                              NULL);
    fingerprints_refresh(&f, paths);
    assert_warnings(f, "none.csv: no such file");
    assert_int_equal(fingerprints_address(f, one, false)->dated, DATED_FILE);
    assert_true(has(f, two));
    assert_false(has(f, three));
    fingerprints_refresh(&f, other);                    /* by its name it is taken */
    assert_true(has(f, three));
    assert_false(has(f, one));
    assert_warnings(f, "");
    fingerprints_refresh(&f, "");
    assert_false(has(f, three));
    assert_true(fingerprints_count(f) > 20);            /* the plugin's own list */
    fingerprints_free(f);
    drop_list("a.txt");
    drop_list("b.csv");
    drop_list("notes");
    g_free(paths);
    g_free(none);
    g_free(other);
}

/* None of them is waited for, or read to an end that it does not have. */
static void
check_special(void **state)
{
    char *pipe = path_of("pipe.csv"), *empty = path_of("empty.csv"), *large = path_of("large.csv");
    char *loop = path_of("loop.csv");
    char *paths = g_strjoin(G_SEARCHPATH_SEPARATOR_S, pipe, "/dev/zero", "/proc/self/pagemap",
                            empty, large, loop,
                            NULL);
    fingerprints_t *f = NULL;

    (void)state;
    if (mkfifo(pipe, 0600) || symlink("loop.csv", loop)
        || !g_file_test("/proc/self/pagemap", G_FILE_TEST_EXISTS))
        skip();
    write_list("empty.csv", "");
    write_list("large.csv", "192.0.2.1\n");
    assert_int_equal(truncate(large, 16 * 1024 * 1024 + 1), 0);
    fingerprints_refresh(&f, paths);
    assert_warnings(f,
                    "pipe.csv: no file that has an end|zero: no file that has an end|"
                    "pagemap: an empty file|"
                       "empty.csv: an empty file|large.csv: larger than 16 MiB|"
                       "loop.csv: cannot be read");
    assert_false(has(f, one));
    fingerprints_free(f);
    drop_list("pipe.csv");
    drop_list("empty.csv");
    drop_list("large.csv");
    drop_list("loop.csv");
    g_free(paths);
    g_free(pipe);
    g_free(empty);
    g_free(large);
    g_free(loop);
}

static void
check_limits(void **state)
{
    fingerprints_t *f = NULL;
    GString *paths = g_string_new(NULL);
    char name[16];

    (void)state;
    for (unsigned i = 0; i < 257; i++) {
        g_snprintf(name, sizeof name, "%03u.txt", i);
        write_list(name, i < 256 ? "192.0.2.1\n" : "192.0.2.2\n");
    }
    fingerprints_refresh(&f, folder);
    assert_true(has(f, one));
    assert_false(has(f, two));                          /* the last by name */
    assert_int_equal(fingerprints_warnings(f)->len, 1);
    assert_true(g_str_has_suffix(g_ptr_array_index(fingerprints_warnings(f), 0),
                                 ": too many files in this folder"));
    for (unsigned i = 0; i < 257; i++) {
        g_snprintf(name, sizeof name, "%03u.txt", i);
        drop_list(name);
    }
    fingerprints_refresh(&f, folder);
    assert_true(g_str_has_suffix(g_ptr_array_index(fingerprints_warnings(f), 0),
                                 ": no .csv, .json or .txt file in this folder"));
    for (unsigned i = 0; i < 66; i++)
        g_string_append_printf(paths, "/nonexistent/%u%s", i, G_SEARCHPATH_SEPARATOR_S);
    fingerprints_refresh(&f, paths->str);
    assert_int_equal(fingerprints_warnings(f)->len, 65);
    assert_true(g_str_has_suffix(g_ptr_array_index(fingerprints_warnings(f), 64),
                                 ": too many files and folders"));
    fingerprints_free(f);
    g_string_free(paths, TRUE);
}

static void
check_kept(void **state)
{
    fingerprints_t *f = NULL;

    (void)state;
    write_list("a.txt", "192.0.2.1\n");
    fingerprints_refresh(&f, folder);
    fingerprints_t *first = fingerprints_ref(f);        /* of an engine, say */
    fingerprints_refresh(&f, folder);
    assert_ptr_equal(f, first);

    write_list("a.txt", "192.0.2.2\n");                 /* as long as before */
    fingerprints_refresh(&f, folder);
    assert_ptr_not_equal(f, first);
    assert_true(has(f, two) && !has(f, one));
    assert_true(has(first, one));                       /* lives as long as its owner */
    fingerprints_free(first);

    first = fingerprints_ref(f);
    write_list("b.txt", "192.0.2.3\n");                 /* one file more */
    fingerprints_refresh(&f, folder);
    assert_true(has(f, two) && has(f, three));
    fingerprints_free(first);
    drop_list("a.txt");                                 /* one less */
    fingerprints_refresh(&f, folder);
    assert_true(!has(f, two) && has(f, three));
    drop_list("b.txt");
    fingerprints_refresh(&f, "");                       /* another preference */
    assert_warnings(f, "");
    first = fingerprints_ref(f);
    fingerprints_refresh(&f, "");
    assert_ptr_equal(f, first);
    fingerprints_free(first);
    fingerprints_free(f);
}

int
main(void)
{
    suite_t suite = suite_new();
    folder = g_dir_make_tmp("interference-XXXXXX", NULL);
    suite_add(&suite, "files, folders, and what is missing", check_paths, NULL);
    suite_add(&suite, "what has no end is not read", check_special, NULL);
    suite_add(&suite, "too many files", check_limits, NULL);
    suite_add(&suite, "what has not changed is not read again", check_kept, NULL);
    int failed = suite_run(&suite, "list_files");
    g_rmdir(folder);
    g_free(folder);
    return failed;
}
