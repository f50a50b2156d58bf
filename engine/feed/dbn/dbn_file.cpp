#include "engine/feed/dbn/dbn_file.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "engine/feed/byte_reader.hpp"
#include "engine/feed/dbn/converter.hpp"

namespace sq::feed::dbn {
namespace {
Metadata read_metadata(ByteReader& bytes) {
  static_cast<void>(bytes.more(kPreludeBytes));
  const auto prelude = parse_prelude(bytes.ahead());
  if (!prelude) refuse_file(bytes.path(), prelude.error());
  const std::size_t size = kPreludeBytes + prelude->metadata_bytes;
  if (!bytes.more(size)) refuse_file(bytes.path(), "the metadata are cut off");
  auto metadata =
      parse_metadata(*prelude, bytes.ahead().subspan(kPreludeBytes, prelude->metadata_bytes));
  if (!metadata) refuse_file(bytes.path(), metadata.error());
  bytes.skip(size);
  return *std::move(metadata);
}

class DbnFile final : public MarketFile {
 public:
  DbnFile(const std::filesystem::path& path, const FileOptions& options)
      : bytes_{path},
        metadata_{read_metadata(bytes_)},
        trailer_{metadata_.send_times ? 8U : 0U},
        instruments_{metadata_, options.symbols},
        output_{options.source} {
    for (std::size_t type = 0; type < lengths_.size(); ++type) {
      const std::size_t length = bytes_of(static_cast<RecordType>(type), metadata_.version);
      lengths_[type] = static_cast<std::uint16_t>(length == 0 ? 0 : length + trailer_);
    }
  }

  [[nodiscard]] RecordHeader* peek() override {
    for (;;) {
      if (RecordHeader* ready = output_.front()) return ready;
      if (!read()) return nullptr;
    }
  }
  void pop() override { output_.pop(); }
  [[nodiscard]] std::span<const FileSymbol> symbols() const override {
    return instruments_.symbols();
  }
  [[nodiscard]] const FileCounters& counters() const override;
  [[nodiscard]] std::uint64_t bytes_read() const override { return bytes_.bytes_read(); }
  [[nodiscard]] std::uint64_t bytes_total() const override { return bytes_.bytes_total(); }

 private:
  [[nodiscard]] bool read();
  [[nodiscard]] [[gnu::cold]] bool stop(std::string reason);
  [[gnu::cold]] void pass_over(RecordView record);

  mutable FileCounters counters_;
  AnomalyLog anomalies_{counters_};
  ByteReader bytes_;
  Metadata metadata_;
  std::size_t trailer_;  // send time
  Instruments instruments_;
  Output output_;
  Converter converter_{metadata_, instruments_, output_, anomalies_};
  bool ended_{false};
  std::array<std::uint16_t, 256> lengths_{};  // by type; 0: unknown
  std::array<std::uint64_t, 256> kinds_{};    // by type
};

// One record of the file; false: no more.
bool DbnFile::read() {
  if (ended_) return false;
  if (!bytes_.more(kHeaderBytes)) [[unlikely]]
    return stop("the file ends inside a record's header");
  const RecordView record{bytes_.ahead().data()};
  const std::size_t size = record.bytes();
  if (size < kHeaderBytes) [[unlikely]]
    return stop("record of " + std::to_string(size) + " bytes, expected at least 16");
  if (!bytes_.more(size)) [[unlikely]]
    return stop("the file ends inside a record");
  const RecordView whole{bytes_.ahead().data()};  // more() may have moved it
  const auto type = static_cast<std::uint8_t>(whole.type());
  ++kinds_[type];
  if (lengths_[type] == 0 || size < lengths_[type]) [[unlikely]] {
    pass_over(whole);
  } else {
    converter_.convert(whole, bytes_.position());
  }
  bytes_.skip(size);
  return true;
}

bool DbnFile::stop(std::string reason) {
  ended_ = true;
  const std::uint64_t position = bytes_.position();
  if (!bytes_.problem().empty()) {
    anomalies_.add(position, bytes_.problem());
  } else if (!bytes_.ahead().empty()) {
    anomalies_.add(position, std::move(reason));
  }
  bytes_.skip(bytes_.ahead().size());
  return false;
}

void DbnFile::pass_over(RecordView record) {
  const auto type = static_cast<unsigned>(record.type());
  anomalies_.add(bytes_.position(), lengths_[type] == 0
                                        ? "record of the unknown type " + std::to_string(type)
                                        : std::string{name_of(record.type())} + " record of " +
                                              std::to_string(record.bytes()) + " bytes, expected " +
                                              std::to_string(lengths_[type]));
}

const FileCounters& DbnFile::counters() const {
  counters_.messages = 0;
  counters_.by_kind.clear();
  counters_.gaps = converter_.suspect_books();
  const auto add = [&](std::string_view name, std::uint64_t count) {
    if (count != 0) counters_.by_kind.emplace_back(name, count);
  };
  for (std::size_t type = 0; type < kinds_.size(); ++type) {
    counters_.messages += kinds_[type];
    const std::string_view name = name_of(static_cast<RecordType>(type));
    add(name.empty() ? "unknown type " + std::to_string(type) : std::string{name}, kinds_[type]);
  }
  const MboCounts& mbo = converter_.mbo_counts();
  add("mbo add", mbo.adds);
  add("mbo cancel", mbo.cancels);
  add("mbo modify", mbo.modifies);
  add("mbo clear", mbo.clears);
  add("mbo trade", mbo.trades);
  add("mbo fill", mbo.fills);
  add("mbo no action", mbo.none);
  return counters_;
}

bool recognises(const std::filesystem::path&, std::span<const std::byte> head) {
  if (head.size() < 4) return false;
  const auto word = load_little<std::uint32_t>(head.data());
  constexpr std::uint32_t kDbn = 0x004E4244;               // and the version in the highest byte
  const bool dbz = (word & 0xFFFF'FFF0U) == 0x184D'2A50U;  // recognised to be refused with a reason
  return (word & 0x00FF'FFFFU) == kDbn || dbz;
}
}  // namespace

std::unique_ptr<MarketFile> open_dbn(const std::filesystem::path& path,
                                     const FileOptions& options) {
  return std::make_unique<DbnFile>(path, options);
}

const FileFormat& dbn_format() noexcept {
  static constexpr FileFormat kFormat{
      .name = "dbn",
      .summary = "Databento DBN 1 to 3, plain or zstd: orders, depth, trades, quotes, bars",
      .recognises = &recognises,
      .open = &open_dbn};
  return kFormat;
}
}  // namespace sq::feed::dbn
