// Where the sections of a file lie: from its index, or by walking through it when there is none or
// it is damaged.
// Thread: one, cold. Cost: the index; a walk reads each section's header.
// Errors: std::runtime_error when it is no file of this format or of a newer version; damage is
// listed in `damage`, and what can be read is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/columnar/format.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::feed::columnar {
struct Sections {
  std::vector<IndexEntry> blocks;  // of records, in their order
  std::vector<IndexEntry> symbols;
  std::vector<Anomaly> damage;
  std::uint64_t records{0};  // said by the blocks
};
// Throws for a file that cannot be read at all.
[[nodiscard]] Sections find_sections(const std::filesystem::path& path,
                                     std::span<const std::byte> file);
// The header at `offset` if it is one, undamaged, of a section that ends within the file.
[[nodiscard]] std::optional<SectionHeader> section_at(std::span<const std::byte> file,
                                                      std::uint64_t offset);
// What lies behind it, or why it cannot be used.
[[nodiscard]] std::string_view payload_of_section(std::span<const std::byte> file,
                                                  const IndexEntry& entry,
                                                  std::span<const std::byte>& payload);
// Applies a symbols section to `symbols`.
[[nodiscard]] std::string_view read_symbols(std::span<const std::byte> payload, std::uint32_t count,
                                            std::vector<FileSymbol>& symbols);
}  // namespace sq::feed::columnar
