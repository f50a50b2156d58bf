#include "engine/settings/strict/reader.hpp"

#include <algorithm>

#include "engine/settings/strict/nearest.hpp"
#include "engine/types/decimal.hpp"

namespace sq::settings {
namespace {
std::string range_text(std::string_view what, std::string_view min, std::string_view max,
                       std::string_view unit) {
  std::string text{what};
  text.append(" from ").append(min).append(" to ").append(max);
  if (!unit.empty()) text.append(" (").append(unit).append(")");
  return text;
}
}  // namespace

DurationUnit unit_of_key(std::string_view key) {
  constexpr std::array kUnits{DurationUnit{"us", kNsPerUs}, DurationUnit{"ms", kNsPerMs},
                              DurationUnit{"s", kNsPerSecond}};
  for (const DurationUnit& unit : kUnits) {
    const std::string part = "_" + std::string{unit.name};
    if (key.ends_with(part) || key.find(part + "_") != std::string_view::npos) return unit;
  }
  SQ_CHECK(false && "a duration names its unit");
}

Reader::Reader(const Value& table, std::string path, Problems& problems)
    : table_{&table}, path_{std::move(path)}, problems_{&problems} {
  SQ_CHECK(table.kind == ValueKind::Table);
}

void Reader::duration(std::string_view key, std::int64_t& out_ns, std::int64_t min,
                      std::int64_t max, Need need) {
  const DurationUnit unit = unit_of_key(key);
  if (const auto value = read_integer(key, min, max, unit.name, need)) out_ns = *value * unit.ns;
}

void Reader::boolean(std::string_view key, bool& out, Need need) {
  const Value* value = take(key, need, "true or false");
  if (value == nullptr) return;
  if (value->kind == ValueKind::Boolean) {
    out = value->boolean;
  } else {
    refuse(key, "true or false");
  }
}

std::optional<std::int64_t> Reader::read_integer(std::string_view key, std::int64_t min,
                                                 std::int64_t max, std::string_view unit,
                                                 Need need) {
  const std::string accepted =
      range_text("an integer", std::to_string(min), std::to_string(max), unit);
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return std::nullopt;
  if (value->kind != ValueKind::Integer || value->integer < min || value->integer > max) {
    refuse(key, accepted);
    return std::nullopt;
  }
  return value->integer;
}

std::optional<std::int64_t> Reader::read_decimal(std::string_view key, int decimals,
                                                 std::int64_t min, std::int64_t max,
                                                 std::string_view unit, Need need) {
  std::string accepted =
      range_text("an exact decimal in quotes", '"' + sq::to_text(Int128{min}, decimals) + '"',
                 '"' + sq::to_text(Int128{max}, decimals) + '"', unit);
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return std::nullopt;
  if (value->kind != ValueKind::Text) {
    if (value->kind == ValueKind::Float || value->kind == ValueKind::Integer)
      accepted += ": quote it, \"" + value->written + '"';
    refuse(key, accepted);
    return std::nullopt;
  }
  const auto raw = parse_decimal(value->text, decimals);
  if (!raw) accepted.append(" (this has ").append(text_of(raw.error())).append(")");
  if (!raw || *raw < min || *raw > max) {
    refuse(key, accepted);
    return std::nullopt;
  }
  return *raw;
}

std::optional<std::size_t> Reader::read_choice(std::string_view key,
                                               std::span<const std::string_view> words, Need need) {
  std::string accepted = "one of";
  for (const std::string_view word : words) {
    accepted.append(word == words.front() ? " \"" : ", \"").append(word).append("\"");
  }
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return std::nullopt;
  if (value->kind == ValueKind::Text) {
    const auto found = std::ranges::find(words, std::string_view{value->text});
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  }
  refuse(key, accepted);
  const std::vector<std::string> known{words.begin(), words.end()};
  if (value->kind == ValueKind::Text)
    problems_->list.back().nearest = nearest_of(value->text, known);
  return std::nullopt;
}

std::vector<const Value*> Reader::read_list(std::string_view key, std::string_view element,
                                            std::size_t count_min, std::size_t count_max,
                                            Need need) {
  const std::string accepted = "a list of " + std::to_string(count_min) + " to " +
                               std::to_string(count_max) + ", none twice, of " +
                               std::string{element};
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return {};
  const std::size_t count = value->elements.size();
  bool good = value->kind == ValueKind::Array && count >= count_min && count <= count_max;
  std::vector<const Value*> list;
  std::vector<std::string_view> seen;
  for (const Value& item : value->elements) {
    good = good && item.kind == ValueKind::Text;
    list.push_back(&item);
    seen.emplace_back(item.text);
  }
  std::ranges::sort(seen);
  good = good && std::ranges::adjacent_find(seen) == seen.end();
  if (good) return list;
  refuse(key, accepted);
  return {};
}

std::vector<std::vector<std::int64_t>> Reader::rows(std::string_view key, std::size_t columns,
                                                    std::string_view accepted, Need need) {
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return {};
  std::vector<std::vector<std::int64_t>> rows;
  bool good = value->kind == ValueKind::Array;
  for (const Value& row : value->elements) {
    good = good && row.kind == ValueKind::Array && row.elements.size() == columns;
    rows.emplace_back();
    for (const Value& cell : row.elements) {
      good = good && cell.kind == ValueKind::Integer;
      rows.back().push_back(cell.integer);
    }
  }
  if (good) return rows;
  refuse(key, accepted);
  return {};
}

std::optional<Reader> Reader::table(std::string_view key, Need need) {
  const std::string accepted = "a table [" + path_of(key) + "]";
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return std::nullopt;
  if (value->kind == ValueKind::Table) return Reader{*value, path_of(key), *problems_};
  refuse(key, accepted);
  return std::nullopt;
}

std::vector<Reader> Reader::tables(std::string_view key, Need need) {
  const std::string accepted = "tables [[" + path_of(key) + "]]";
  const Value* value = take(key, need, accepted);
  if (value == nullptr) return {};
  std::vector<Reader> readers;
  bool good =
      value->kind == ValueKind::Array && (need == Need::Optional || !value->elements.empty());
  for (std::size_t i = 0; good && i < value->elements.size(); ++i) {
    good = value->elements[i].kind == ValueKind::Table;
    if (!good) break;
    readers.emplace_back(value->elements[i], path_of(key) + "[" + std::to_string(i + 1) + "]",
                         *problems_);
  }
  if (good) return readers;
  refuse(key, accepted);
  return {};
}

std::vector<const Item*> Reader::rest() {
  std::vector<const Item*> items;
  for (const Item& item : table_->items) {
    if (std::ranges::find(asked_, item.key) == asked_.end()) items.push_back(&item);
  }
  for (const Item* item : items) asked_.push_back(item->key);
  return items;
}

std::vector<Reader::Named> Reader::rest_as_tables(std::string_view accepted) {
  std::vector<Named> tables;
  for (const Item* item : rest()) {
    if (item->value.kind == ValueKind::Table) {
      tables.push_back({item->key, Reader{item->value, path_of(item->key), *problems_}});
    } else {
      refuse(item->key, accepted);
    }
  }
  return tables;
}

void Reader::finish() {
  for (const Item& item : table_->items) {
    if (std::ranges::find(asked_, item.key) == asked_.end()) unknown(item);
  }
}

void Reader::unknown(const Item& item) {
  Problem problem;
  problem.file = problems_->file;
  problem.line = item.at.line;
  problem.column = item.at.column;
  problem.key = path_of(item.key);
  problem.value = item.value.written;
  problem.accepted = asked_.empty() ? "no key here" : "only the keys";
  for (const std::string& key : asked_) problem.accepted += ' ' + key;
  problem.nearest = nearest_of(item.key, asked_);
  report(std::move(problem));
}

void Reader::refuse(std::string_view key, std::string_view accepted) {
  report(problem_at(key, accepted));
}

void Reader::report(Problem problem) {
  problems_->list.push_back(std::move(problem));
  sound_ = false;
}

Problem Reader::problem_at(std::string_view key, std::string_view accepted) const {
  const Item* item = find(key);
  const Place at = item != nullptr ? item->value.at : table_->at;
  Problem problem;
  problem.file = problems_->file;
  problem.line = at.line;
  problem.column = at.column;
  problem.key = path_of(key);
  if (item != nullptr) problem.value = item->value.written;
  problem.accepted = accepted;
  return problem;
}

void Reader::refuse_value(std::string_view key, const Value& value, std::string_view accepted) {
  Problem problem = problem_at(key, accepted);
  problem.line = value.at.line;
  problem.column = value.at.column;
  problem.value = value.written;
  report(std::move(problem));
}

const Item* Reader::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(table_->items, key, &Item::key);
  return found == table_->items.end() ? nullptr : &*found;
}

const Value* Reader::take(std::string_view key, Need need, std::string_view accepted) {
  asked_.emplace_back(key);
  if (const Item* item = find(key)) return &item->value;
  if (need == Need::Required) refuse(key, accepted);
  return nullptr;
}

std::string Reader::path_of(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}
}  // namespace sq::settings
