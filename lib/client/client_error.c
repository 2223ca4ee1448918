/* SPDX-License-Identifier: Apache-2.0 */
/* client_error.c - what went wrong, in words that say what, where, and what to do.
 *
 * Owns: the one error a client shows.
 * Not here: error codes (base/err.c), faults (engine).
 * Called by: the files of this folder. */
#include "client/client_impl.h"

#include <stdarg.h>
#include <stdio.h>

static void write_error(struct ss_client *client, ss_err err, uint32_t status, const char *format,
                        va_list args)
{
    struct ss_client_error *error = &client->error;
    int n = vsnprintf(error->text, sizeof error->text, format, args);
    size_t size = n < 0 ? 0 : strlen(error->text);

    error->err = err;
    error->phase = client->phase;
    error->status = status;
    while (size > 0 && error->text[size - 1] == '\n')
        error->text[--size] = 0;
}

ss_err client_fail(struct ss_client *client, ss_err err, uint32_t status, const char *format, ...)
{
    va_list args;

    if (client->lost)
        return client->error.err;
    va_start(args, format);
    write_error(client, err, status, format, args);
    va_end(args);
    return err;
}

ss_err client_lose(struct ss_client *client, ss_err err, uint32_t status, const char *format, ...)
{
    va_list args;

    if (client->lost)
        return client->error.err;
    va_start(args, format);
    write_error(client, err, status, format, args);
    va_end(args);
    client->lost = true;
    /* A fault's DISCONNECT is waiting; the peer should hear why. */
    if (client->driver.engine != NULL)
        ss_driver_flush(&client->driver);
    return err;
}

static const char *phase_text(enum ss_client_phase phase)
{
    switch (phase) {
    case SS_CLIENT_CONNECT:
        return "while connecting";
    case SS_CLIENT_EXCHANGE:
        return "during key exchange";
    case SS_CLIENT_HOST_KEY:
        return "while the host key was checked";
    case SS_CLIENT_LOGIN:
        return "during login";
    case SS_CLIENT_READY:
        break;
    }
    return "after login";
}

static const char *advice(ss_err err)
{
    switch (err) {
    case SS_E_no_common_algorithm:
        return "; compare the lists both sides offer";
    case SS_E_bad_version:
        return "; is that an SSH server?";
    case SS_E_timeout:
        return "; the server did not answer in time";
    default:
        return "";
    }
}

ss_err client_lose_engine(struct ss_client *client)
{
    const struct ss_fault *fault = ss_engine_fault(client->engine);

    if (fault == NULL)
        return client_lose(client, SS_E_internal, 0, "%s: internal error", client->options.host);
    return client_lose(
        client, fault->err, (uint32_t)ss_err_reason(fault->err), "%s, %s: %s%s%s%s%s%s%s%s%s%s",
        client->options.host, phase_text(client->phase), ss_err_text(fault->err),
        fault->message != NULL ? "; message " : "", fault->message != NULL ? fault->message : "",
        fault->field != NULL ? ", field " : "", fault->field != NULL ? fault->field : "",
        fault->detail[0] != 0 ? ": " : "", fault->detail, fault->rule != NULL ? "; rule " : "",
        fault->rule != NULL ? fault->rule : "", advice(fault->err));
}

ss_err client_lose_driver(struct ss_client *client, ss_err err)
{
    int code = client->driver.code;

    if (ss_engine_fault(client->engine) != NULL)
        return client_lose_engine(client);
    return client_lose(client, err != SS_OK ? err : SS_E_closed, 0,
                       "%s closed the connection %s%s%s; its log may say why", client->options.host,
                       phase_text(client->phase), code != 0 ? ": " : "",
                       code != 0 ? strerror(code) : "");
}
