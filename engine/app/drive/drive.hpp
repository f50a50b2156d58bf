// What drives the core of a run: where its inputs come from, in which order and at which time, and
// where its requests go. One for recorded sessions, one for venues, one for paper; the core, the
// log and everything beside them are the same.
// Thread: made, recover(), start() and stop() on the caller's of EngineRun::run; the rest on the
// core's. Errors: the constructor, recover() and start() throw std::runtime_error.
#pragma once

#include <string>
#include <vector>

#include "engine/app/summary.hpp"
#include "engine/core/core.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/venue/order_entry.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
class Drive {
 public:
  enum class Round : std::uint8_t {
    Worked,
    Nothing,  // it has waited as the settings say; look at commands and the stop
    Ended     // nothing will ever come any more
  };

  virtual ~Drive() = default;
  // Where the core's requests go; before connect().
  [[nodiscard]] virtual venue::OrderEntry& venues() noexcept = 0;
  // The core was made. A log that was recovered: its state was adopted; what is outside the core
  // is brought to where the log ends, and the core told to continue behind it. Says what was done.
  [[nodiscard]] virtual std::string recover(core::Core& core, const wal::Log& log) = 0;
  virtual void connect(core::Core& core) = 0;
  // Threads of its own, after the core was connected and recovered.
  virtual void start() = 0;
  virtual void stop() noexcept = 0;  // they end; also when start() was not called

  [[nodiscard]] virtual Round round() noexcept = 0;
  // An input of the application's (commands, definitions) at the present time.
  virtual void inject(RecordHeader& input) noexcept = 0;
  // Of the last input.
  [[nodiscard]] virtual WallTime now() const noexcept = 0;
  // How long the event that waited longest waited for its turn, since the last call.
  [[nodiscard]] virtual std::int64_t take_lag() noexcept = 0;
  // Behind RunEnded: until the venues have answered what is awaited, or too long.
  virtual void wind_down() noexcept = 0;
  // What a person looks at while it runs, on the main thread, about every 50 ms: news in words.
  virtual void look(telemetry::Log& text_log) { static_cast<void>(text_log); }
  // What the run took for granted, and what was wrong. After the end.
  virtual void report(Summary& summary, const core::Core& core) const = 0;
};
}  // namespace sq::app
