// Reference rows of exotic contracts: reads a table of the reference data by column name, prices
// every row of a variant and reports the worst error.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/options/result.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::options::test {
// Fields of a line of comma-separated text; double quotes protect commas.
inline std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

class Row {
 public:
  Row(const std::unordered_map<std::string, std::size_t>& columns, std::vector<std::string> fields)
      : columns_{&columns}, fields_{std::move(fields)} {}

  [[nodiscard]] const std::string& text(const std::string& column) const {
    return fields_.at(columns_->at(column));
  }
  [[nodiscard]] bool has(const std::string& column) const { return columns_->contains(column); }
  [[nodiscard]] double number(const std::string& column) const { return std::stod(text(column)); }
  [[nodiscard]] double number_or(const std::string& column, double otherwise) const {
    return text(column).empty() ? otherwise : number(column);
  }
  [[nodiscard]] std::vector<double> numbers(const std::string& column) const {
    std::vector<double> list;
    std::string part;
    for (const char c : text(column) + ";") {
      if (c != ';') {
        part += c;
      } else if (!part.empty()) {
        list.push_back(std::stod(part));
        part.clear();
      }
    }
    return list;
  }
  [[nodiscard]] OptionType type(const std::string& column = "type") const {
    return text(column) == "put" ? OptionType::Put : OptionType::Call;
  }
  [[nodiscard]] Market market() const {
    return {.spot = number("S"),
            .rate = number("r"),
            .yield = number("q"),
            .volatility = number("vol")};
  }

 private:
  const std::unordered_map<std::string, std::size_t>* columns_;
  std::vector<std::string> fields_;
};

class Table {
 public:
  explicit Table(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::string line;
    REQUIRE(std::getline(file, line));
    const std::vector<std::string> names = fields_of(line);
    for (std::size_t i = 0; i < names.size(); ++i) columns_[names[i]] = i;
    while (std::getline(file, line)) {
      if (!line.empty()) rows_.emplace_back(columns_, fields_of(line));
    }
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  std::unordered_map<std::string, std::size_t> columns_;
  std::vector<Row> rows_;
};

// Prices each row whose variant and quantity match and checks it against `expected` within `tol`.
// Prints the worst absolute errors, apart for values published with few digits and for computed
// ones. Returns the number of rows.
template <class Fn>
std::size_t check_rows(const Table& table, std::string_view variant, std::string_view quantity,
                       Fn&& priced) {
  struct Group {
    std::size_t count{0};
    double worst{0};
    std::string id{"none"};
  };
  Group groups[2];  // computed, published
  for (const Row& row : table.rows()) {
    if (row.text("variant") != variant || row.text("quantity") != quantity) continue;
    const Result<double> result = priced(row);
    INFO(row.text("id"));
    REQUIRE(result.has_value());
    const double error = std::abs(*result - row.number("expected"));
    INFO("value " << *result << " expected " << row.text("expected"));
    CHECK(error <= row.number("tol"));
    Group& group = groups[row.text("method") == "published" ? 1 : 0];
    ++group.count;
    if (error > group.worst) {
      group.worst = error;
      group.id = row.text("id");
    }
  }
  std::printf(
      "%-26.*s %-8.*s computed: %4zu rows, worst %.2g (%s); published: %3zu, worst %.2g (%s)\n",
      static_cast<int>(variant.size()), variant.data(), static_cast<int>(quantity.size()),
      quantity.data(), groups[0].count, groups[0].worst, groups[0].id.c_str(), groups[1].count,
      groups[1].worst, groups[1].id.c_str());
  return groups[0].count + groups[1].count;
}
}  // namespace sq::options::test
