#include "engine/app/event_bus/core_letters.hpp"

#include <string>

#include "engine/wal/dump_names.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
void keep(EventBus& bus, const Event<DeadLetter>& event) {
  wal::ReaderOptions options;
  options.from_sequence = event.payload.input_sequence;
  wal::Reader reader{bus.log_dir(), options};
  const RecordHeader* input = reader.next();
  const bool found = input != nullptr && input->sequence == event.payload.input_sequence;
  Letter letter;
  letter.from_core = true;
  letter.subscriber = "core";
  letter.reason = std::string{wal::text_of(event.payload.reason)};
  letter.attempts = 1;
  letter.log_id = reader.meta().log_id;
  letter.sequence = event.payload.input_sequence;
  letter.record = KeptRecord{found ? *input : event.header};
  bus.letters().add(std::move(letter));
}
}  // namespace

Subscription& keep_core_letters(EventBus& bus) {
  SubscriberOptions options;
  options.name = std::string{kCoreLetters};
  options.durable = true;
  options.from = 0;
  return bus.subscribe<DeadLetter>(std::move(options),
                                   [&bus](const Event<DeadLetter>& event) { keep(bus, event); });
}

std::string_view why_not_again(const RecordHeader& input) noexcept {
  if (is_market_data(input.kind))
    return "market data of the past would be taken for the market of now; a new snapshot comes "
           "from "
           "the venue";
  switch (input.kind) {
    case RecordKind::AdminCommand:
      return payload_bytes(input).size() >= kAdminCommandBytesMin ? "" : "the command is not whole";
    case RecordKind::OrderReport:
      return "an old report is not what the venue says now; reconciliation asks the venue itself";
    case RecordKind::DeadLetter:
      return "the log no longer has the input";
    default:
      return "only commands of operators may be put in again";
  }
}
}  // namespace sq::app
