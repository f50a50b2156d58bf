#include "engine/feed/csv/csv_file.hpp"

#include <algorithm>
#include <exception>
#include <numeric>

namespace sq::feed::csv {
namespace {
std::string quoted(std::string_view value) {
  constexpr std::size_t kShown = 40;
  std::string text{"\""};
  for (const char c : value.substr(0, kShown)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (value.size() > kShown ? "...\"" : "\"");
}
// The greatest step that both prices, or quantities, are multiples of.
template <class F>
void narrow(F& step, F value) {
  const std::int64_t raw = value.raw();
  if (raw == 0 || (step.raw() != 0 && raw % step.raw() == 0)) return;
  step = F::from_raw(std::gcd(step.raw(), raw));
}
}  // namespace

CsvFile::CsvFile(const std::filesystem::path& path, const FileOptions& options)
    : lines_{path}, options_{options}, words_(64) {
  for (const auto& [symbol, id] : options.symbols) {
    ids_.emplace(symbol, id);
    if (symbols_.size() <= index_of(id)) symbols_.resize(index_of(id) + std::size_t{1});
    symbols_[index_of(id)].name = symbol;
  }
}

bool CsvFile::next_line(std::string_view& line) {
  if (lines_.next(line)) return true;
  if (!ended_ && !lines_.problem().empty()) anomaly("the file ends early: " + lines_.problem());
  ended_ = true;
  return false;
}

bool CsvFile::next_row(std::size_t columns) {
  std::string_view text;
  while (next_line(text))
    if (!text.empty() && take_row(text, columns)) return true;
  return false;
}

bool CsvFile::take_row(std::string_view text, std::size_t fewest, std::size_t most) {
  ++counters_.messages;
  if (fields_.split(text) && fields_.size() >= fewest && fields_.size() <= most) return true;
  anomaly("the row has " + std::to_string(fields_.size()) + " columns, expected " +
          std::to_string(fewest) + (most == fewest ? "" : " or more"));
  return false;
}

void CsvFile::anomaly(const std::string& reason) {
  anomalies_.add(line(), name() + ":" + std::to_string(line()) + ": " + reason);
}

bool CsvFile::bad(const Column& column, std::string_view expected) {
  anomaly("column " + std::to_string(column.place + 1) + " (" + std::string{column.name} + ") is " +
          quoted(fields_[column.place]) + ", expected " + std::string{expected});
  return false;
}

bool CsvFile::bad_decimal(const Column& column, DecimalError error, int decimals) {
  return bad(column, "a decimal number with at most " + std::to_string(decimals) +
                         " decimals that fits 64 bits (" + std::string{text_of(error)} + ")");
}

bool CsvFile::read_id(const Column& column, std::uint64_t& out) {
  const auto id = parse_id(fields_[column.place]);
  if (!id) return bad(column, "a whole number below 2^64");
  out = *id;
  return true;
}
bool CsvFile::read_flag(const Column& column, bool& out) {
  const auto flag = parse_flag(fields_[column.place]);
  if (!flag) return bad(column, "true or false");
  out = *flag;
  return true;
}
bool CsvFile::read_time(const Column& column, std::int64_t unit_ns, WallTime& out) {
  const auto time = parse_time(fields_[column.place], unit_ns);
  if (!time)
    return bad(column, unit_ns == kNsPerUs ? "microseconds since 1970" : "milliseconds since 1970");
  out = *time;
  return true;
}
bool CsvFile::read_sum(const Column& column, VolumeSum& out) {
  const auto sum = parse_wide(fields_[column.place], VolumeSum::kDecimals);
  if (!sum) return bad_decimal(column, sum.error(), VolumeSum::kDecimals);
  out = VolumeSum::from_raw(*sum);
  return true;
}

std::optional<InstrumentId> CsvFile::instrument_of(std::string_view symbol) {
  if (symbol == last_name_ && !symbol.empty()) [[likely]]
    return last_id_;
  last_name_ = symbol;
  const auto [known, is_new] = ids_.try_emplace(last_name_);
  if (is_new && options_.symbols.empty()) {
    known->second = InstrumentId{static_cast<std::uint32_t>(symbols_.size())};
    symbols_.push_back({last_name_, {}, {}});
  }
  return last_id_ = known->second;
}

void CsvFile::show(InstrumentId id, Price price, Qty qty) {
  FileSymbol& symbol = symbols_[index_of(id)];
  narrow(symbol.tick, price);
  narrow(symbol.lot, qty);
}

std::uint64_t& CsvFile::kind_count(std::string_view kind) {
  for (auto& [known, count] : counters_.by_kind)
    if (known == kind) return count;
  return counters_.by_kind.emplace_back(std::string{kind}, 0).second;
}

RecordHeader* CsvFile::room(std::size_t payload) {
  const std::uint32_t length = record_length(payload);
  if (words_.size() < length / 8) words_.resize(length / 8);
  const RecordHeader header{
      .length = length, .source = options_.source, .source_sequence = ++source_sequence_};
  std::memcpy(words_.data(), &header, sizeof header);
  return reinterpret_cast<RecordHeader*>(words_.data());
}

void place_columns(const std::filesystem::path& path, const Fields& header,
                   std::span<Column> columns, std::size_t needed) {
  std::string missing;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].place = Column::kAbsent;
    for (std::size_t place = 0; place < std::min(header.size(), kColumnsMax); ++place)
      if (header[place] == columns[i].name) columns[i].place = place;
    if (columns[i].place == Column::kAbsent && i < needed)
      missing += (missing.empty() ? "" : ", ") + std::string{columns[i].name};
  }
  if (missing.empty()) return;
  std::string there;
  for (std::size_t place = 0; place < std::min<std::size_t>(header.size(), 12); ++place)
    there += (place == 0 ? "" : ",") + quoted(header[place]);
  refuse_file(path, "line 1: the header lacks " + missing + "; it has " + there);
}

std::string first_line(const std::filesystem::path& path, std::span<const std::byte> head) {
  const std::string_view text{reinterpret_cast<const char*>(head.data()), head.size()};
  if (!ZipMember::is_zip(head)) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::string{line};
  }
  try {
    LineReader lines{path};
    std::string_view line;
    return lines.next(line) ? std::string{line} : std::string{};
  } catch (const std::exception&) {
    return {};  // no archive of ours; whoever takes it will say what is wrong
  }
}
}  // namespace sq::feed::csv
