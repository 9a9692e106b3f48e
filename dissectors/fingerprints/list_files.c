/* fingerprints/list_files.c
 * Lists of fingerprints as files and folders. A file is read as far as it says it is long, so that
 * what has no end or waits for somebody (devices, pipes, files the kernel makes up) costs nothing;
 * and only again when it has changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/fingerprints_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/texts.h"

#define FOLDER_FILES_MAX 256
#define PATHS_MAX        64

/* What the user's paths lead to now. */
typedef struct {
    GPtrArray *files;           /* paths */
    GPtrArray *others;          /* paths that lead to no files; behind each the problem */
    GString   *stamp;           /* of both: changes when any of it does */
} found_t;

/* ---- which files ---- */

static void
note_problem(found_t *found, const char *path, const char *problem)
{
    g_ptr_array_add(found->others, text_safe(path, strlen(path)));
    g_ptr_array_add(found->others, g_strdup(problem));
}

static void
note_file(found_t *found, const char *path)
{
    GStatBuf status;

    g_ptr_array_add(found->files, g_strdup(path));
    g_string_append_printf(found->stamp, "%s", path);
    g_string_append_c(found->stamp, '\0');
    if (g_stat(path, &status))
        return;
    g_string_append_printf(found->stamp,
                           "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GUINT64_FORMAT " ",
                           (gint64)status.st_size, (gint64)status.st_mtime, (gint64)status.st_ctime,
                           (guint64)status.st_ino);
#ifdef __linux__
    g_string_append_printf(found->stamp, "%ld %ld", status.st_mtim.tv_nsec, status.st_ctim.tv_nsec);
#endif
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_list_name(const char *name)
{
    return g_str_has_suffix(name, ".csv") || g_str_has_suffix(name, ".json")
        || g_str_has_suffix(name, ".txt");
}

static void
find_in_folder(found_t *found, const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder)))
        if (is_list_name(name))
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    if (folder)
        g_dir_close(folder);
    g_ptr_array_sort(names, compare_names);
    for (unsigned i = 0; i < MIN(names->len, FOLDER_FILES_MAX); i++)
        note_file(found, g_ptr_array_index(names, i));
    if (!names->len)
        note_problem(found, path, "no .csv, .json or .txt file in this folder");
    if (names->len > FOLDER_FILES_MAX)
        note_problem(found, path, "too many files in this folder");
    g_ptr_array_free(names, TRUE);
}

static found_t
find_files(const char *paths)
{
    found_t found = { g_ptr_array_new_with_free_func(g_free),
                      g_ptr_array_new_with_free_func(g_free), g_string_new(NULL) };
    char **path = g_strsplit(paths, G_SEARCHPATH_SEPARATOR_S, PATHS_MAX + 1);

    for (unsigned i = 0; path[i]; i++) {
        g_strstrip(path[i]);
        if (i == PATHS_MAX)
            note_problem(&found, path[i], "too many files and folders");
        else if (*path[i] && g_file_test(path[i], G_FILE_TEST_IS_DIR))
            find_in_folder(&found, path[i]);
        else if (*path[i])
            note_file(&found, path[i]);
    }
    g_strfreev(path);
    for (unsigned i = 0; i < found.others->len; i++)
        g_string_append(found.stamp, g_ptr_array_index(found.others, i));
    return found;
}

static void
found_clear(found_t *found)
{
    g_ptr_array_free(found->files, TRUE);
    g_ptr_array_free(found->others, TRUE);
    g_string_free(found->stamp, TRUE);
}

/* ---- reading them ---- */

/* As many bytes as the file says it has; it may have become shorter since. NULL when it cannot be
 * read. */
static char *
read_bytes(const char *path, size_t size, size_t *length)
{
    FILE *file = g_fopen(path, "rb");

    if (!file)
        return NULL;
    char *bytes = g_malloc(size);
    *length = fread(bytes, 1, size, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        g_clear_pointer(&bytes, g_free);
    return bytes;
}

static const char *
add_file(fingerprints_t *f, const char *path, const char *name)
{
    GStatBuf status;
    size_t length;

    if (g_stat(path, &status))
        return errno == ENOENT ? "no such file" : "cannot be read";
    if (!S_ISREG(status.st_mode))
        return "no file that has an end";
    if (!status.st_size)
        return "an empty file";
    if (status.st_size > LIST_BYTES_MAX)
        return LIST_TOO_LARGE;
    char *bytes = read_bytes(path, (size_t)status.st_size, &length);
    if (!bytes)
        return "cannot be read";
    fingerprints_add(f, name, bytes, length, (int64_t)status.st_mtime);
    g_free(bytes);
    return NULL;
}

static void
add_files(fingerprints_t *f, const found_t *found)
{
    for (unsigned i = 0; i < found->files->len; i++) {
        const char *path = g_ptr_array_index(found->files, i);
        char *name = g_path_get_basename(path), *title = text_safe(name, strlen(name));
        const char *problem = add_file(f, path, name);
        if (problem)
            fingerprints_warn(f, title, 0, problem);
        g_free(title);
        g_free(name);
    }
    for (unsigned i = 0; i < found->others->len; i += 2)
        fingerprints_warn(f, g_ptr_array_index(found->others, i), 0,
                          g_ptr_array_index(found->others, i + 1));
}

static fingerprints_t *
load(const found_t *found)
{
    fingerprints_t *f = fingerprints_new();

    g_string_append_len(f->stamp, found->stamp->str, (gssize)found->stamp->len);
    fingerprints_add_own(f);
    add_files(f, found);
    fingerprints_finish(f);
    return f;
}

void
fingerprints_refresh(fingerprints_t **lists, const char *paths)
{
    found_t found = find_files(paths);

    if (!*lists || !g_string_equal((*lists)->stamp, found.stamp)) {
        fingerprints_t *now = load(&found);
        fingerprints_free(*lists);
        *lists = now;
    }
    found_clear(&found);
}
