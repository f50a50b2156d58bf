// Keeps the inputs that the core gave up: a durable subscriber to its DeadLetter decisions that
// fetches the input each one names from the log.
// Thread: the handler runs on its consumer's. Cost: part of a segment read a letter. Errors: an
// input that the log no longer has is kept as the decision alone; disk errors are tried again.
#pragma once

#include "engine/app/event_bus/event_bus.hpp"

namespace sq::app {
constexpr std::string_view kCoreLetters = "core-dead-letters";  // its subscriber's name
Subscription& keep_core_letters(EventBus& bus);

// Why a letter of the core's may not be put into the engine again; "" when it may. Only commands
// may: they mean what they say at any time. A venue's report or a price from the past would be
// taken for the present, and the sequencer that gives inputs their time belongs to the core's
// thread.
[[nodiscard]] std::string_view why_not_again(const RecordHeader& input) noexcept;
}  // namespace sq::app
