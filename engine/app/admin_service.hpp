// The admin port of a run: routes, and a thread of its own that serves them. Reads the log, the
// published book tops and the stage histograms; commands go to the core through a queue.
// Thread: the constructor starts "sq-admin"; the destructor ends it. Errors: std::runtime_error when
// the port or the token file cannot be had.
#pragma once

#include <memory>
#include <string>

#include "engine/app/engine_run.hpp"
#include "engine/app/event_bus/event_bus.hpp"

namespace sq::app {
class AdminService {
 public:
  // `events` outlives it.
  AdminService(EngineRun& run, EventBus& events);
  ~AdminService();
  AdminService(const AdminService&) = delete;
  AdminService& operator=(const AdminService&) = delete;

  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:8099"

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
}  // namespace sq::app
