#include "engine/reporting/archive/postgres_connection.hpp"

#include <poll.h>
#include <postgresql/libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace sq::reporting {
namespace {
constexpr std::int64_t kNsPerMillisecond = 1'000'000;
constexpr std::int64_t kLookForStopMs = 20;

std::int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
// libpq ends its messages with a line end.
std::string one_line(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}
// Classes of SQLSTATE that no waiting mends: bad authorisation, unknown database, no privilege,
// a schema that is not ours. Source: PostgreSQL 15, appendix A.
bool is_permanent(std::string_view state) noexcept {
  return state.starts_with("28") || state == "3D000" || state.starts_with("42") ||
         state.starts_with("22") || state.starts_with("23");
}
}  // namespace

void CloseConnection::operator()(pg_conn* connection) const noexcept { ::PQfinish(connection); }
void ClearResult::operator()(pg_result* result) const noexcept { ::PQclear(result); }

std::unexpected<StoreError> PostgresConnection::broken(const std::string& what) {
  StoreError error{StoreFailure::Unavailable, "postgres: " + what};
  close();
  return std::unexpected(std::move(error));
}

StoreResult<void> PostgresConnection::wait(For what, std::int64_t deadline) {
  while (true) {
    if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) return broken("stopped");
    const std::int64_t left = (deadline - now_ns()) / kNsPerMillisecond;
    if (left <= 0) return broken("no answer in time");
    ::pollfd socket{::PQsocket(connection_.get()), 0, 0};
    if (socket.fd < 0) return broken("the connection is gone");
    if (what != For::Writing) socket.events |= POLLIN;
    if (what != For::Reading) socket.events |= POLLOUT;
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min(left, kLookForStopMs)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return broken("poll failed");
  }
}

StoreResult<void> PostgresConnection::open(const std::string& url) {
  connection_.reset(::PQconnectStart(url.c_str()));
  if (!connection_) return broken("out of memory");
  if (::PQstatus(connection_.get()) == CONNECTION_BAD)
    return broken(one_line(::PQerrorMessage(connection_.get())));
  const std::int64_t deadline = now_ns() + call_ns_max_;
  // The first wait is for writing, as PQconnectPoll's documentation says.
  For what = For::Writing;
  while (true) {
    if (auto waited = wait(what, deadline); !waited) return waited;
    switch (::PQconnectPoll(connection_.get())) {
      case PGRES_POLLING_OK:
        if (::PQsetnonblocking(connection_.get(), 1) != 0) return broken("cannot be non-blocking");
        // Notices (a table that is already there) are not for the terminal.
        ::PQsetNoticeReceiver(
            connection_.get(), [](void*, const PGresult*) {}, nullptr);
        return {};
      case PGRES_POLLING_READING:
        what = For::Reading;
        break;
      case PGRES_POLLING_WRITING:
        what = For::Writing;
        break;
      case PGRES_POLLING_FAILED:
      case PGRES_POLLING_ACTIVE:
        return broken(one_line(::PQerrorMessage(connection_.get())));
    }
  }
}

StoreResult<void> PostgresConnection::send(const std::string& sql,
                                           const std::vector<const char*>& parameters,
                                           std::int64_t deadline) {
  if (::PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(parameters.size()),
                          nullptr, parameters.data(), nullptr, nullptr, 0) == 0)
    return broken(one_line(::PQerrorMessage(connection_.get())));
  while (true) {
    const int left = ::PQflush(connection_.get());
    if (left < 0) return broken(one_line(::PQerrorMessage(connection_.get())));
    if (left == 0) return {};
    if (auto waited = wait(For::Both, deadline); !waited) return waited;
    if (::PQconsumeInput(connection_.get()) == 0)
      return broken(one_line(::PQerrorMessage(connection_.get())));
  }
}

StoreResult<PostgresResult> PostgresConnection::run(const std::string& sql,
                                                    const std::vector<const char*>& parameters) {
  if (!connection_) return broken("not connected");
  const std::int64_t deadline = now_ns() + call_ns_max_;
  if (auto sent = send(sql, parameters, deadline); !sent) return std::unexpected(sent.error());
  PostgresResult last;
  while (true) {
    while (::PQisBusy(connection_.get()) != 0) {
      if (auto waited = wait(For::Reading, deadline); !waited)
        return std::unexpected(waited.error());
      if (::PQconsumeInput(connection_.get()) == 0)
        return broken(one_line(::PQerrorMessage(connection_.get())));
    }
    PostgresResult next{::PQgetResult(connection_.get())};
    if (!next) break;
    last = std::move(next);
  }
  if (!last) return broken("no result");
  const ExecStatusType status = ::PQresultStatus(last.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return last;
  const char* state = ::PQresultErrorField(last.get(), PG_DIAG_SQLSTATE);
  const bool permanent = state != nullptr && is_permanent(state);
  return std::unexpected(StoreError{permanent ? StoreFailure::Refused : StoreFailure::Unavailable,
                                    "postgres: " + one_line(::PQresultErrorMessage(last.get()))});
}

std::string PostgresConnection::text_at(const PostgresResult& result, int row, int column) {
  return ::PQgetvalue(result.get(), row, column);
}
int PostgresConnection::rows_of(const PostgresResult& result) noexcept {
  return ::PQntuples(result.get());
}
bool PostgresConnection::changed_one(const PostgresResult& result) noexcept {
  return std::string_view{::PQcmdTuples(result.get())} == "1";
}

void append_array_element(std::string& array, const Cell& cell) {
  array += array.empty() ? '{' : ',';
  if (cell.kind == Cell::Kind::Integer) {
    array += std::to_string(cell.number);
  } else if (cell.kind == Cell::Kind::Text) {
    array += '"';
    for (const char c : cell.text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  } else {
    array += "NULL";
  }
}
}  // namespace sq::reporting
