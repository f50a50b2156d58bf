#include "engine/reporting/archive/batch.hpp"

#include "engine/types/check.hpp"

namespace sq::reporting {
namespace {
std::string key_text(const std::vector<Cell>& cells, std::size_t keys) {
  std::string key;
  for (std::size_t i = 0; i < keys; ++i) {
    key += cells[i].kind == Cell::Kind::Integer ? std::to_string(cells[i].number) : cells[i].text;
    key += '\x1F';  // in no name
  }
  return key;
}
// Of the valid character in front; 0: there is none. Source: RFC 3629, section 4.
std::size_t utf8_length(std::string_view bytes) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = at(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  const unsigned second = at(1);
  const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
}
}  // namespace

std::string log_text(std::uint64_t log_id) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; log_id >>= 4U) text[i] = kHex[log_id & 15U];
  return text;
}

std::string clean_text(std::string_view bytes) {
  std::string text{bytes};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(bytes.substr(i));
    if (length == 0) text[i] = '?';
    i += length == 0 ? 1 : length;
  }
  return text;
}

void Batch::add(Row row) {
  const TableInfo& info = info_of(row.table);
  SQ_CHECK(row.cells.size() == info.columns.size());
  Of& of = tables_[index_of(row.table)];
  if (info.changes) {
    const auto [at, fresh] = of.by_key.try_emplace(key_text(row.cells, info.keys), of.rows.size());
    if (!fresh) {
      of.rows[at->second] = std::move(row.cells);
      return;
    }
  }
  of.rows.push_back(std::move(row.cells));
  ++rows_;
}

void Batch::restart(std::uint64_t sequence) {
  for (Of& of : tables_) {
    of.by_key.clear();
    of.rows.clear();
  }
  rows_ = 0;
  after_ = sequence;
  last_ = sequence;
}

Batch::Rows Batch::of(Table table) const {
  Rows rows;
  for (const auto& each : tables_[index_of(table)].rows) rows.push_back(&each);
  return rows;
}
}  // namespace sq::reporting
