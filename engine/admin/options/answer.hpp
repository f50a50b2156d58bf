// Answers of options requests: a table with a column a number, rows without a value null.
// Thread: the admin's. Cost: cold. Errors: a refused row keeps its reason in `errors`.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "engine/net/http_server.hpp"
#include "engine/options/result.hpp"

namespace sq::admin::options {
class AnswerTable {
 public:
  // `single`: plain values in place of arrays of one.
  AnswerTable(std::vector<std::string_view> names, bool single);

  void add(std::span<const double> values);  // one a name
  void add(std::initializer_list<double> values) { add(std::span{values.begin(), values.size()}); }
  void refuse(std::size_t row, sq::options::Error error);
  [[nodiscard]] boost::json::object finish() &&;

 private:
  std::vector<std::string_view> names_;
  std::vector<boost::json::array> columns_;
  boost::json::array errors_;
  bool single_;
};

[[nodiscard]] net::HttpResponse finished(boost::json::object out, const boost::json::value& id,
                                         std::chrono::steady_clock::time_point begin);
}  // namespace sq::admin::options
