#include "engine/feed/columnar/reader.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace sq::feed::columnar {
namespace {
constexpr std::uint32_t kUnwanted = 0xFFFF'FFFE;
constexpr const char* kKindNames[kTables] = {"DepthUpdate", "DepthSnapshot", "TradePrint",
                                             "TopOfBook",   "MarkPrice",     "FeedStatus",
                                             "FeedDropped", "MarketOrder",   "Candle"};

// Only a mapped file is whole; what is packed or no regular file is refused.
std::span<const std::byte> whole(const std::filesystem::path& path, const ByteReader& file) {
  if (file.ahead().size() != file.bytes_total())
    refuse_file(path, "is compressed or no regular file: this format is read in place");
  return file.ahead();
}
}  // namespace

Reader::Reader(const std::filesystem::path& path, const FileOptions& options)
    : file_{path}, sections_{find_sections(path, whole(path, file_))}, source_{options.source} {
  for (const Anomaly& damage : sections_.damage) anomalies_.add(damage.position, damage.reason);
  for (const IndexEntry& entry : sections_.symbols) {
    std::span<const std::byte> payload;
    std::string_view why = payload_of_section(file_.ahead(), entry, payload);
    if (why.empty()) why = read_symbols(payload, entry.count, symbols_);
    if (!why.empty()) anomalies_.add(entry.offset, std::string{why});
  }
  if (!options.symbols.empty()) map_symbols(options);
  std::int64_t until = 0;
  for (const IndexEntry& block : sections_.blocks) {
    until = wall_until_.empty() ? block.wall_last.ns : std::max(until, block.wall_last.ns);
    wall_until_.push_back(until);
  }
  for (const char* name : kKindNames) counters_.by_kind.emplace_back(name, 0);
}

void Reader::map_symbols(const FileOptions& options) {
  const std::vector<FileSymbol> named = std::exchange(symbols_, {});
  id_of_.assign(named.size(), kUnwanted);
  wanted_bits_ = std::uint64_t{1} << (index_of(kNoInstrument) % 64);
  for (const auto& [name, id] : options.symbols) {
    const std::size_t place = index_of(id);
    if (symbols_.size() <= place) symbols_.resize(place + 1);
    symbols_[place].name = name;
    for (std::size_t i = 0; i < named.size(); ++i) {
      if (named[i].name != name) continue;
      symbols_[place] = named[i];
      id_of_[i] = index_of(id);
      wanted_bits_ |= std::uint64_t{1} << (i % 64);
    }
  }
}

bool Reader::decode_next(bool wanted_only) {
  while (next_block_ < sections_.blocks.size()) {
    const IndexEntry& block = sections_.blocks[next_block_++];
    bytes_read_ = block.offset + sizeof(SectionHeader) + block.stored_bytes;
    if (wanted_only && (block.instruments & wanted_bits_) == 0) continue;
    std::span<const std::byte> payload;
    std::string_view why = payload_of_section(file_.ahead(), block, payload);
    if (why.empty()) why = decoder_.decode(payload, block.count);
    if (why.empty()) {
      count_kinds();
      return true;
    }
    anomalies_.add(block.offset,
                   std::string{why} + ": " + std::to_string(block.count) + " records are lost");
    ++counters_.gaps;
    counters_.missing += block.count;
  }
  bytes_read_ = file_.bytes_total();
  return false;
}

void Reader::count_kinds() {
  counters_.messages += decoder_.rows();
  for (std::size_t i = 0; i < kTables; ++i) {
    const KindTable* table = decoder_.table(table_rules()[i].kind);
    if (table != nullptr) counters_.by_kind[i].second += table->rows();
  }
}

bool Reader::wanted(RecordHeader& record) const noexcept {
  const std::size_t id = index_of(record.instrument);
  if (record.instrument == kNoInstrument) return true;
  if (id >= id_of_.size() || id_of_[id] == kUnwanted) return false;
  record.instrument = InstrumentId{id_of_[id]};
  return true;
}

RecordHeader* Reader::fetch() {
  for (;;) {
    RecordHeader* const record = decoder_.next();
    if (record == nullptr) {
      if (!decode_next(true)) return nullptr;
      continue;
    }
    if (!id_of_.empty() && !wanted(*record)) continue;
    record->source = source_;
    return at_ = record;
  }
}

const BlockDecoder* Reader::next_block() {
  at_ = nullptr;
  return decode_next(false) ? &decoder_ : nullptr;
}

void Reader::seek(WallTime time) {
  const auto found = std::lower_bound(wall_until_.begin(), wall_until_.end(), time.ns);
  next_block_ = static_cast<std::size_t>(found - wall_until_.begin());
  at_ = nullptr;
  decoder_.clear();
  while (const RecordHeader* record = peek()) {
    if (record->wall >= time) return;
    pop();
  }
}

FileFormat columnar_format() noexcept {
  return {"sqmd", "columnar market data of our own: begins with 89 'SQMD' 0D 0A 1A",
          [](const std::filesystem::path&, std::span<const std::byte> head) {
            return head.size() >= kFileMagic.size() &&
                   std::memcmp(head.data(), kFileMagic.data(), kFileMagic.size()) == 0;
          },
          [](const std::filesystem::path& path, const FileOptions& options)
              -> std::unique_ptr<MarketFile> { return std::make_unique<Reader>(path, options); }};
}
}  // namespace sq::feed::columnar
