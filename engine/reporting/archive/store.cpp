#include "engine/reporting/archive/store.hpp"

namespace sq::reporting {
std::string upsert_text(Table table, std::string_view values) {
  const TableInfo& info = info_of(table);
  std::string columns;
  std::string keys;
  std::string changes;
  for (std::size_t i = 0; i < info.columns.size(); ++i) {
    const std::string name{info.columns[i].name};
    columns += (i == 0 ? "" : ", ") + name;
    if (i < info.keys) {
      keys += (i == 0 ? "" : ", ") + name;
    } else {
      changes += (i == info.keys ? "" : ", ") + name + " = excluded." + name;
    }
  }
  std::string text = "INSERT INTO ";
  text += info.name;
  text += " (" + columns + ") ";
  text += values;
  text += " ON CONFLICT (" + keys + ") DO ";
  text += info.changes ? "UPDATE SET " + changes : "NOTHING";
  return text;
}
}  // namespace sq::reporting
