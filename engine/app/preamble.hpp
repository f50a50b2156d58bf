// The records that open every epoch: who runs, with which configuration, on which instruments, and
// that the engine may act. They make a log self-contained.
// Thread: start-up.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/messaging/record.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// Calls `give` with each record in order; RecoveryFinished is the last.
void write_preamble(const settings::Config& config, std::uint32_t epoch,
                    const std::function<void(RecordHeader&)>& give);
// The text in a ConfigLoaded record.
[[nodiscard]] std::string config_text(const RecordHeader& record);
}  // namespace sq::app
