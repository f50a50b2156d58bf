// What the admin port shows of the archive: it never asks the store, only what the archiver noted.
#include "engine/app/admin_views.hpp"
#include "engine/app/archive_task.hpp"

namespace sq::app {
boost::json::object AdminViews::archive() const {
  const ArchiveTask* task = run_.archive();
  if (task == nullptr) return {{"state", "off"}};
  const ArchiveStatus status = task->status();
  return {{"state", text_of(status.state)},
          {"archived_sequence", status.archived_sequence},
          {"read_sequence", status.read_sequence},
          {"log_sequence", view_.ledger().last_sequence()},
          {"batches", status.batches},
          {"rows", status.rows},
          {"failures", status.failures},
          {"resumed_at", status.resumed_at},
          {"error", status.error}};
}
}  // namespace sq::app
