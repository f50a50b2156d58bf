// Questions to a log in SQL: the log becomes SQLite tables, the statement can only read them.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "engine/app/wal_export.hpp"
#include "engine/reporting/archive/query.hpp"

namespace sq::app {
namespace {
using reporting::Cell;
using reporting::QueryRow;

std::string text_of(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::Null:
      return {};
    case Cell::Kind::Integer:
      return std::to_string(cell.number);
    case Cell::Kind::Text:
      break;
  }
  std::string text = cell.text;
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

// Aligned columns; the widths follow from the first rows, so that millions need no memory.
class Page {
 public:
  void columns(const std::vector<std::string>& names) {
    names_ = names;
    for (const std::string& name : names) widths_.push_back(name.size());
  }
  void row(const QueryRow& row) {
    std::vector<std::string> texts;
    for (const Cell& cell : row) texts.push_back(text_of(cell));
    ++rows_;
    if (started_) return print(texts);
    for (std::size_t i = 0; i < texts.size(); ++i)
      widths_[i] = std::max(widths_[i], std::min(texts[i].size(), kWidthMax));
    first_.push_back(std::move(texts));
    if (first_.size() == kFirst) start();
  }
  void end() {
    start();
    fmt::print("({} row{})\n", rows_, rows_ == 1 ? "" : "s");
  }

 private:
  static constexpr std::size_t kFirst = 1'000;
  static constexpr std::size_t kWidthMax = 60;

  void start() {
    if (started_) return;
    started_ = true;
    print(names_);
    std::vector<std::string> rules;
    for (const std::size_t width : widths_) rules.emplace_back(width, '-');
    print(rules);
    for (const auto& texts : first_) print(texts);
    first_.clear();
  }
  void print(const std::vector<std::string>& texts) const {
    std::string line;
    for (std::size_t i = 0; i < texts.size(); ++i)
      line += fmt::format("{}{:<{}}", i == 0 ? "" : "  ", texts[i], widths_[i]);
    line.resize(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }

  std::vector<std::string> names_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> first_;
  std::uint64_t rows_{0};
  bool started_{false};
};

std::string json_of(const std::vector<std::string>& names, const QueryRow& row) {
  boost::json::object object;
  for (std::size_t i = 0; i < row.size(); ++i) {
    switch (row[i].kind) {
      case Cell::Kind::Null:
        object[names[i]] = nullptr;
        break;
      case Cell::Kind::Integer:
        object[names[i]] = row[i].number;
        break;
      case Cell::Kind::Text:
        object[names[i]] = row[i].text;
        break;
    }
  }
  return boost::json::serialize(object);
}

int answer(const std::filesystem::path& database, const WalQueryOptions& options) {
  Page page;
  std::vector<std::string> names;
  reporting::QuerySink sink;
  sink.columns = [&](const std::vector<std::string>& columns) {
    names = columns;
    page.columns(columns);
  };
  sink.row = [&](const QueryRow& row) {
    if (options.json) {
      fmt::print("{}\n", json_of(names, row));
    } else {
      page.row(row);
    }
  };
  if (const auto done = reporting::query(database, options.sql, sink); !done)
    throw std::runtime_error(done.error());
  if (!options.json) page.end();
  return 0;
}
}  // namespace

int wal_query_command(const WalQueryOptions& options) {
  if (std::filesystem::is_regular_file(options.log_dir)) return answer(options.log_dir, options);
  WalExportOptions exporting;
  exporting.log_dir = options.log_dir;
  if (!options.cache.empty()) {
    exporting.out = options.cache;
    const int code = export_sqlite(exporting);
    return std::max(code, answer(options.cache, options));
  }
  const TemporaryFolder temporary;
  exporting.out = temporary.path() / "query.sqlite";
  const int code = export_sqlite(exporting);
  return std::max(code, answer(exporting.out, options));
}
}  // namespace sq::app
