/* SPDX-License-Identifier: Apache-2.0 */
/* attrs.c - attributes between the wire and file systems, and the line that ls -l would print.
 *
 * Owns: which attributes are kept; the form of long names; the calendar for them.
 * Not here: what attributes do to a file (file systems).
 * Called by: server, client.
 * Follows: draft-ietf-secsh-filexfer-02 sections 5 and 7: "The recommended format for the
 *   longname field" is that of ls -l.
 *
 * Times are shown in UTC: a server's zone is nobody's business. */
#include "sshspec/sftp.h"

#include "path.h"

enum { DAY = 86400, HALF_YEAR = 183 };

/* rule: SFTP02-5-attrs-flags-match */
void ss_sftp_attrs_to_wire(const struct ss_attrs *attrs, struct ss_grp_attrs_v3 *out_wire)
{
    memset(out_wire, 0, sizeof *out_wire);
    out_wire->flags =
        attrs->flags & (SS_ATTR_SIZE | SS_ATTR_UIDGID | SS_ATTR_PERMISSIONS | SS_ATTR_ACMODTIME);
    out_wire->size = attrs->size;
    out_wire->uid = attrs->uid;
    out_wire->gid = attrs->gid;
    out_wire->permissions = attrs->permissions;
    out_wire->atime = attrs->atime;
    out_wire->mtime = attrs->mtime;
}

/* rule: SFTP02-5-attrs-extended-ignored */
void ss_sftp_attrs_from_wire(const struct ss_grp_attrs_v3 *wire, struct ss_attrs *out_attrs)
{
    memset(out_attrs, 0, sizeof *out_attrs);
    out_attrs->flags =
        wire->flags & (SS_ATTR_SIZE | SS_ATTR_UIDGID | SS_ATTR_PERMISSIONS | SS_ATTR_ACMODTIME);
    if ((wire->flags & SS_ATTR_SIZE) != 0)
        out_attrs->size = wire->size;
    if ((wire->flags & SS_ATTR_UIDGID) != 0) {
        out_attrs->uid = wire->uid;
        out_attrs->gid = wire->gid;
    }
    if ((wire->flags & SS_ATTR_PERMISSIONS) != 0)
        out_attrs->permissions = wire->permissions;
    if ((wire->flags & SS_ATTR_ACMODTIME) != 0) {
        out_attrs->atime = wire->atime;
        out_attrs->mtime = wire->mtime;
    }
}

/* rule: SFTP02-7-client-name-sanitise */
bool ss_sftp_name_safe(ss_span name)
{
    return ss_path_is_name(name);
}

/* ---- long names ---- */

static char type_letter(uint32_t mode)
{
    switch (mode & SS_MODE_TYPE) {
    case SS_MODE_DIRECTORY:
        return 'd';
    case SS_MODE_LINK:
        return 'l';
    case 0140000:
        return 's';
    case 0060000:
        return 'b';
    case 0020000:
        return 'c';
    case 0010000:
        return 'p';
    default:
        return '-';
    }
}

/* One of the three groups; special: setuid, setgid or sticky. */
static void triple(char *out, uint32_t bits, bool special, char letter)
{
    out[0] = (bits & 4) != 0 ? 'r' : '-';
    out[1] = (bits & 2) != 0 ? 'w' : '-';
    out[2] = (bits & 1) != 0 ? 'x' : '-';
    if (special)
        out[2] = (char)((bits & 1) != 0 ? letter : letter - 'a' + 'A');
}

static void mode_text(char out[11], const struct ss_attrs *attrs)
{
    uint32_t mode = attrs->permissions;

    memcpy(out, "??????????", 11);
    if ((attrs->flags & SS_ATTR_PERMISSIONS) == 0)
        return;
    out[0] = type_letter(mode);
    triple(out + 1, mode >> 6, (mode & 04000) != 0, 's');
    triple(out + 4, mode >> 3, (mode & 02000) != 0, 's');
    triple(out + 7, mode, (mode & 01000) != 0, 't');
}

struct date {
    unsigned year, month, day; /* month from 0 */
};

static bool leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static struct date date_of(uint32_t seconds)
{
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct date date = {1970, 0, 0};
    unsigned days = seconds / DAY;

    for (; days >= 365U + leap(date.year); date.year++)
        days -= 365U + leap(date.year);
    for (;; date.month++) {
        unsigned length = lengths[date.month] + (date.month == 1 && leap(date.year));

        if (days < length)
            break;
        days -= length;
    }
    date.day = days + 1;
    return date;
}

static ss_err put_date(struct ss_buf *out, uint32_t seconds, uint32_t now)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct date date = date_of(seconds);
    unsigned minutes = seconds % DAY / 60;

    if (now != 0 && now >= seconds && now - seconds < (uint32_t)HALF_YEAR * DAY)
        return ss_buf_printf(out, "%s %2u %02u:%02u", months[date.month], date.day, minutes / 60,
                             minutes % 60);
    return ss_buf_printf(out, "%s %2u  %4u", months[date.month], date.day, date.year);
}

/* A line break inside a name would make two lines of one. */
static ss_err put_name(struct ss_buf *out, ss_span name)
{
    uint8_t *to;

    SS_TRY(ss_buf_extend(out, name.size, &to));
    for (size_t i = 0; i < name.size; i++)
        to[i] = name.data[i] < 0x20 || name.data[i] == 0x7f ? '?' : name.data[i];
    return SS_OK;
}

ss_err ss_sftp_longname(struct ss_buf *out, const struct ss_fs_entry *entry, uint32_t now)
{
    const struct ss_attrs *attrs = &entry->attrs;
    size_t start = ss_buf_size(out);
    char mode[11];
    ss_err err;

    mode_text(mode, attrs);
    err = ss_buf_printf(out, "%s %4u %-8u %-8u %8llu ", mode,
                        (unsigned)(entry->links != 0 ? entry->links : 1), (unsigned)attrs->uid,
                        (unsigned)attrs->gid, (unsigned long long)attrs->size);
    if (err == SS_OK)
        err = put_date(out, attrs->mtime, now);
    if (err == SS_OK)
        err = ss_buf_puts(out, " ");
    if (err == SS_OK)
        err = put_name(out, entry->name);
    if (err != SS_OK)
        ss_buf_truncate(out, start);
    return err;
}
