#include "engine/admin/options/answer.hpp"

#include <boost/json.hpp>

namespace sq::admin::options {
namespace json = boost::json;

AnswerTable::AnswerTable(std::vector<std::string_view> names, bool single)
    : names_{std::move(names)}, columns_(names_.size()), single_{single} {}

void AnswerTable::add(std::span<const double> values) {
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].emplace_back(values[i]);
}
void AnswerTable::refuse(std::size_t row, sq::options::Error error) {
  for (json::array& column : columns_) column.emplace_back(nullptr);
  errors_.push_back(json::object{{"row", row}, {"reason", text_of(error)}});
}
json::object AnswerTable::finish() && {
  json::object out;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (single_) {
      out[names_[i]] = std::move(columns_[i].front());
    } else {
      out[names_[i]] = std::move(columns_[i]);
    }
  }
  out["errors"] = std::move(errors_);
  return out;
}

net::HttpResponse finished(json::object out, const json::value& id,
                           std::chrono::steady_clock::time_point begin) {
  if (!id.is_null()) out["id"] = id;
  out["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  net::HttpResponse response;
  response.body = json::serialize(out) + "\n";
  return response;
}
}  // namespace sq::admin::options
