// The block at the front of a Databento (DBN) stream: what was asked for, and which symbol each
// instrument number stands for on which days. Versions 1, 2 and 3.
// Thread: plain values. Cost: cold. Errors: a sentence; every count and text is checked against the
// block's length before anything is allocated for it.
// Units: times are UTC nanoseconds. Source: Databento's DBN documentation and its public encoder of
// 2026-04-14, versions 1 to 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::feed::dbn {
constexpr std::size_t kPreludeBytes = 8;  // "DBN", version, length of the rest
constexpr std::size_t kMetadataBytesMax = 1U << 28;
constexpr std::uint8_t kVersionMax = 3;
constexpr std::uint64_t kUndefinedTime = UINT64_MAX;
constexpr std::uint16_t kMixedSchema = 0xFFFF;

enum class SymbolKind : std::uint8_t { InstrumentId = 0, RawSymbol = 1, Mixed = 0xFF };  // and more

struct MappedInterval {
  std::uint32_t start{0};  // YYYYMMDD
  std::uint32_t end{0};    // exclusive
  std::string symbol;
};
struct SymbolMapping {
  std::string raw_symbol;
  std::vector<MappedInterval> intervals;
};

struct Metadata {
  std::uint8_t version{0};
  std::string dataset;
  std::uint16_t schema{kMixedSchema};
  std::uint64_t start{0};
  std::uint64_t end{kUndefinedTime};
  std::uint64_t limit{0};
  SymbolKind symbols_in{SymbolKind::Mixed};
  SymbolKind symbols_out{SymbolKind::Mixed};
  bool send_times{false};  // ts_out: 8 more bytes at the end of every record
  std::vector<std::string> symbols;
  std::vector<std::string> partial;
  std::vector<std::string> not_found;
  std::vector<SymbolMapping> mappings;
};

struct Prelude {
  std::uint8_t version{0};
  std::size_t metadata_bytes{0};  // behind the prelude
};
[[nodiscard]] std::expected<Prelude, std::string> parse_prelude(std::span<const std::byte> head);
// `block` begins behind the prelude and is metadata_bytes long.
[[nodiscard]] std::expected<Metadata, std::string> parse_metadata(const Prelude& prelude,
                                                                  std::span<const std::byte> block);
}  // namespace sq::feed::dbn
