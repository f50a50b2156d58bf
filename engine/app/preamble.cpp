#include "engine/app/preamble.hpp"

#include <cstring>
#include <vector>

#include "engine/messaging/control.hpp"
#include "engine/types/instrument.hpp"

namespace sq::app {
void write_preamble(const settings::Config& config, std::uint32_t epoch,
                    const std::function<void(RecordHeader&)>& give) {
  EpochStarted started;
  started.instance = FixedText<16>{config.engine.instance};
  started.epoch = epoch;
  started.seed = config.engine.seed;
  started.config_hash = settings::hash_of(config);
  auto first = make_record(RecordKind::EpochStarted, started);
  give(first.header);

  const std::string text = settings::resolved_text(config);
  std::vector<std::uint64_t> room(record_length(text.size()) / sizeof(std::uint64_t), 0);
  RecordHeader header;
  header.kind = RecordKind::ConfigLoaded;
  header.length = record_length(text.size());
  std::memcpy(room.data(), &header, sizeof header);
  std::memcpy(reinterpret_cast<char*>(room.data()) + sizeof header, text.data(), text.size());
  give(*reinterpret_cast<RecordHeader*>(room.data()));

  for (const auto& each : config.instruments) {
    auto defined = make_record(RecordKind::InstrumentDefined, each.instrument);
    defined.header.instrument = each.instrument.id;
    give(defined.header);
  }
  RecordHeader ready;
  ready.kind = RecordKind::RecoveryFinished;
  ready.length = sizeof ready;
  give(ready);
}

std::string config_text(const RecordHeader& record) {
  const auto bytes = payload_bytes(record);
  std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  text.resize(text.find_last_not_of('\0') + 1);  // padding
  return text;
}
}  // namespace sq::app
