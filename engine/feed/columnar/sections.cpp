#include "engine/feed/columnar/sections.hpp"

#include <cstring>

#include "engine/feed/byte_reader.hpp"
#include "engine/feed/columnar/column_decoder.hpp"

namespace sq::feed::columnar {
namespace {
template <class T>
bool read_at(std::span<const std::byte> file, std::uint64_t offset, T& out) {
  if (offset > file.size() || file.size() - offset < sizeof out) return false;
  std::memcpy(static_cast<void*>(&out), file.data() + offset, sizeof out);
  return true;
}

void check_header(const std::filesystem::path& path, std::span<const std::byte> file) {
  FileHeader header;
  if (!read_at(file, 0, header) || header.magic != kFileMagic)
    refuse_file(path, "is no market data file of ours: it does not begin with 89 'SQMD' 0D 0A 1A");
  if (header.checksum != checksum_of(header)) refuse_file(path, "its header is damaged");
  if (header.version != kVersion)
    refuse_file(path, "has format version " + std::to_string(header.version) +
                          ", this program reads version " + std::to_string(kVersion));
}

IndexEntry entry_of(const SectionHeader& header, std::uint64_t offset) {
  return {offset, header.stored_bytes, header.count,     header.kind,
          {},     header.wall_first,   header.wall_last, header.instruments};
}

void take(Sections& sections, const IndexEntry& entry) {
  if (entry.kind == SectionKind::Symbols) sections.symbols.push_back(entry);
  if (entry.kind != SectionKind::Records) return;
  sections.blocks.push_back(entry);
  sections.records += entry.count;
}

// False: there is no index, or it cannot be believed.
bool from_index(std::span<const std::byte> file, Sections& sections) {
  FileEnd end;
  if (file.size() < sizeof(FileHeader) + sizeof end ||
      !read_at(file, file.size() - sizeof end, end) || end.magic != kEndMagic ||
      end.checksum != checksum_of(end))
    return false;
  std::uint64_t offset = end.index_offset;
  while (offset != file.size() - sizeof end) {
    const auto header = section_at(file, offset);
    std::span<const std::byte> payload;
    if (!header || header->kind != SectionKind::Index ||
        !payload_of_section(file, entry_of(*header, offset), payload).empty() ||
        payload.size() != std::uint64_t{header->count} * sizeof(IndexEntry))
      return false;
    for (std::uint32_t i = 0; i < header->count; ++i) {
      IndexEntry entry;
      static_cast<void>(read_at(payload, i * sizeof entry, entry));
      take(sections, entry);
    }
    offset += sizeof(SectionHeader) + header->stored_bytes;
  }
  return sections.records == end.records;
}

// Steps over what is no section, to the next that is one.
void walk(std::span<const std::byte> file, Sections& sections) {
  std::uint64_t offset = sizeof(FileHeader);
  std::uint64_t lost_from = 0;
  for (; offset < file.size(); offset += 8) {
    const auto header = section_at(file, offset);
    if (!header) {
      if (lost_from == 0) lost_from = offset;
      continue;
    }
    if (lost_from != 0)
      sections.damage.push_back({lost_from, std::to_string(offset - lost_from) +
                                                " bytes are damaged, no section begins there"});
    lost_from = 0;
    take(sections, entry_of(*header, offset));
    offset += sizeof(SectionHeader) + header->stored_bytes - 8;
  }
  const std::uint64_t rest = lost_from == 0 ? 0 : file.size() - lost_from;
  if (rest != 0 && rest != sizeof(FileEnd))
    sections.damage.push_back(
        {lost_from, "the last " + std::to_string(rest) + " bytes are cut off or damaged"});
}
}  // namespace

std::optional<SectionHeader> section_at(std::span<const std::byte> file, std::uint64_t offset) {
  SectionHeader header;
  if (offset % 8 != 0 || !read_at(file, offset, header) || header.magic != kSectionMagic ||
      header.checksum != checksum_of(header, offset) || header.stored_bytes % 8 != 0 ||
      header.stored_bytes > kSectionBytesMax ||
      header.stored_bytes > file.size() - offset - sizeof header)
    return std::nullopt;
  return header;
}

std::string_view payload_of_section(std::span<const std::byte> file, const IndexEntry& entry,
                                    std::span<const std::byte>& payload) {
  const auto header = section_at(file, entry.offset);
  if (!header) return "a section's header is damaged";
  if (header->kind != entry.kind || header->stored_bytes != entry.stored_bytes ||
      header->count != entry.count)
    return "a section is not what the index says";
  payload = file.subspan(entry.offset + sizeof(SectionHeader), header->stored_bytes);
  if (checksum_of(payload.data(), payload.size(), entry.offset) != header->payload_checksum)
    return "a section's bytes do not have its checksum";
  return {};
}

Sections find_sections(const std::filesystem::path& path, std::span<const std::byte> file) {
  check_header(path, file);
  Sections sections;
  if (from_index(file, sections)) return sections;
  sections = {};
  walk(file, sections);
  sections.damage.push_back(
      {file.size(), "the file has no good index (it was not closed, or is damaged): " +
                        std::to_string(sections.blocks.size()) + " blocks were found without it"});
  return sections;
}

std::string_view read_symbols(std::span<const std::byte> payload, std::uint32_t count,
                              std::vector<FileSymbol>& symbols) {
  ByteCursor bytes{payload};
  for (std::uint32_t i = 0; i < count; ++i) {
    SymbolEntry entry;
    if (!bytes.read(entry)) return "a symbols section is shorter than it says";
    const auto name = bytes.take(padded(entry.name_bytes));
    if (entry.instrument >= kSymbolsMax || entry.name_bytes > kSymbolNameMax ||
        name.size() != padded(entry.name_bytes))
      return "a symbol is out of range";
    if (entry.instrument >= symbols.size()) symbols.resize(entry.instrument + std::size_t{1});
    symbols[entry.instrument] = {
        std::string{reinterpret_cast<const char*>(name.data()), entry.name_bytes},
        Price::from_raw(entry.tick), Qty::from_raw(entry.lot)};
  }
  return bytes.left() == 0 ? std::string_view{} : "a symbols section is longer than it says";
}
}  // namespace sq::feed::columnar
