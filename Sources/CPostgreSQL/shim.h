#pragma once
#include <libpq-fe.h>

// The fields of a server error are named by character macros, which Swift does not import.
static inline const char *segue_pq_sqlstate(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_SQLSTATE); }
static inline const char *segue_pq_message(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY); }

// Without a receiver libpq prints the server's notices on stderr.
static inline void segue_pq_ignore(void *context, const PGresult *result) {}
static inline void segue_pq_ignore_notices(PGconn *connection) { PQsetNoticeReceiver(connection, segue_pq_ignore, 0); }
