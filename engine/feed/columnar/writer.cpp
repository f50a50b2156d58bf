#include "engine/feed/columnar/writer.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sq::feed::columnar {
namespace {
template <class T>
std::span<const std::byte> bytes_of(const T& plain) {
  return std::as_bytes(std::span{&plain, 1});
}
// A section of bytes that are there: its header goes in front of them.
void finish_section(std::vector<std::byte>& section, SectionHeader header, std::uint64_t offset) {
  section.resize(padded(section.size()));
  const std::size_t stored = section.size() - sizeof header;
  header.stored_bytes = static_cast<std::uint32_t>(stored);
  header.payload_checksum = checksum_of(section.data() + sizeof header, stored, offset);
  header.checksum = checksum_of(header, offset);
  std::memcpy(section.data(), &header, sizeof header);
}
template <class T>
void append(std::vector<std::byte>& section, std::span<const T> plain) {
  const auto bytes = std::as_bytes(plain);
  section.insert(section.end(), bytes.begin(), bytes.end());
}
bool same(const FileSymbol& a, const FileSymbol& b) {
  return a.name == b.name && a.tick == b.tick && a.lot == b.lot;
}
// A section may hold so many entries, whatever they are: the largest is a symbol's.
constexpr std::size_t kEntriesMax = 1U << 16;
static_assert(kEntriesMax * (sizeof(SymbolEntry) + kSymbolNameMax + 8) < kSectionBytesMax);
}  // namespace

Writer::Writer(const std::filesystem::path& path, const BlockSettings& settings)
    : path_{path}, file_{std::fopen(path.c_str(), "wb")}, encoder_{settings} {
  if (file_ == nullptr) fail("cannot be created");
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // sections are large
  FileHeader header;
  header.checksum = checksum_of(header);
  write(bytes_of(header));
}
Writer::~Writer() = default;

void Writer::fail(const char* what) const {
  throw std::runtime_error{path_.string() + ": " + what + " (" +
                           std::generic_category().message(errno) + ")"};
}

void Writer::define(std::span<const FileSymbol> symbols) {
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (symbols[i].name.size() > kSymbolNameMax)
      throw std::runtime_error{path_.string() + ": symbol " + symbols[i].name +
                               " is longer than 255 bytes"};
    if (i < symbols_.size() && same(symbols_[i], symbols[i])) continue;
    if (i >= symbols_.size()) symbols_.resize(i + 1);
    symbols_[i] = symbols[i];
    to_write_.push_back(static_cast<std::uint32_t>(i));
  }
}

void Writer::write(std::span<const std::byte> bytes) {
  if (file_ == nullptr) throw std::logic_error{path_.string() + ": is closed"};
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    fail("cannot be written");
  counters_.bytes += bytes.size();
}

void Writer::write_section(std::span<const std::byte> section) {
  SectionHeader header;
  std::memcpy(static_cast<void*>(&header), section.data(), sizeof header);
  index_.push_back({counters_.bytes,
                    header.stored_bytes,
                    header.count,
                    header.kind,
                    {},
                    header.wall_first,
                    header.wall_last,
                    header.instruments});
  write(section);
}

void Writer::write_block() {
  write_symbols();
  write_section(encoder_.finish(counters_.bytes));
  ++counters_.blocks;
}

void Writer::write_symbols() {
  for (std::size_t first = 0; first < to_write_.size(); first += kEntriesMax) {
    const std::size_t count = std::min(kEntriesMax, to_write_.size() - first);
    std::vector<std::byte> section(sizeof(SectionHeader));
    for (std::size_t i = first; i < first + count; ++i) {
      const FileSymbol& symbol = symbols_[to_write_[i]];
      const SymbolEntry entry{to_write_[i], static_cast<std::uint32_t>(symbol.name.size()),
                              symbol.tick.raw(), symbol.lot.raw()};
      append(section, std::span{&entry, 1});
      append(section, std::span<const char>{symbol.name});
      section.resize(padded(section.size()));
    }
    SectionHeader header;
    header.kind = SectionKind::Symbols;
    header.count = static_cast<std::uint32_t>(count);
    finish_section(section, header, counters_.bytes);
    write_section(section);
  }
  to_write_.clear();
}

void Writer::flush() {
  if (encoder_.rows() != 0) write_block();
  write_symbols();
  if (std::fflush(file_.get()) != 0) fail("cannot be written");
}

// In parts that are sections themselves; the last says where the first is.
void Writer::write_index() {
  const std::uint64_t first_part = counters_.bytes;
  std::size_t done = 0;
  do {
    const std::size_t count = std::min(kEntriesMax, index_.size() - done);
    std::vector<std::byte> section(sizeof(SectionHeader));
    append(section, std::span<const IndexEntry>{index_.data() + done, count});
    SectionHeader header;
    header.kind = SectionKind::Index;
    header.count = static_cast<std::uint32_t>(count);
    finish_section(section, header, counters_.bytes);
    write(section);
    done += count;
  } while (done < index_.size());
  FileEnd end{first_part, counters_.records, 0, kEndMagic};
  end.checksum = checksum_of(end);
  write(bytes_of(end));
}

void Writer::close() {
  if (file_ == nullptr) return;
  flush();
  write_index();
  if (std::fclose(file_.release()) != 0) fail("cannot be written");
}
}  // namespace sq::feed::columnar
