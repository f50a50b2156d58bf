#include "engine/app/compare/config_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace sq::app {
namespace {
// One `key = value` of the canonical text; the value may go over lines.
struct Line {
  std::string key;   // dotted
  std::string name;  // as written, before the " = "
  std::string value;
};
struct Block {
  std::string header;  // "[engine]"; "" before the first
  std::string path;    // dotted, of an element with what it is of
  std::vector<Line> lines;
};

std::string_view unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}
const Line* find_line(const Block& block, std::string_view name) {
  for (const Line& line : block.lines)
    if (line.name == name) return &line;
  return nullptr;
}
// What an element of a list of tables is of; "" when its values do not say.
std::string element_name(const Block& block) {
  const auto value = [&](std::string_view name) {
    const Line* line = find_line(block, name);
    return line == nullptr ? std::string{} : std::string{unquoted(line->value)};
  };
  if (const std::string name = value("name"); !name.empty()) return name;
  const std::string venue = value("venue");
  const std::string symbol = value("symbol").empty() ? value("currency") : value("symbol");
  return symbol.empty() ? std::string{} : venue.empty() ? symbol : venue + ":" + symbol;
}
void name_block(Block& block, std::map<std::string, int>& seen) {
  const bool element = block.header.starts_with("[[");
  const std::size_t marks = element ? 2 : 1;
  if (block.header.empty()) return;
  block.path = block.header.substr(marks, block.header.size() - 2 * marks);
  std::erase(block.path, '"');
  if (element) {
    const std::string name = element_name(block);
    const int place = seen[block.path + "." + name]++;
    block.path += "." + name;
    if (name.empty() || place > 0) block.path += fmt::format("#{}", place);
  }
  for (Line& line : block.lines) line.key = block.path + "." + std::string{unquoted(line.name)};
}

// The canonical text by blocks: its writer puts one assignment on a line, the lines of a longer
// value begin with a space or close it.
std::vector<Block> blocks_of(const std::string& text) {
  std::vector<Block> blocks(1);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    const std::size_t equals = line.find(" = ");
    if (line.front() == '[') {
      blocks.push_back({line, {}, {}});
    } else if (line.front() == ' ' || line.front() == ']' || equals == std::string::npos) {
      if (!blocks.back().lines.empty()) blocks.back().lines.back().value += "\n" + line;
    } else {
      blocks.back().lines.push_back({{}, line.substr(0, equals), line.substr(equals + 3)});
    }
  }
  std::map<std::string, int> seen;
  for (Block& block : blocks) name_block(block, seen);
  return blocks;
}
std::string text_of(const std::vector<Block>& blocks) {
  std::string text;
  for (const Block& block : blocks) {
    if (!block.header.empty()) text += "\n" + block.header + "\n";
    for (const Line& line : block.lines) text += line.name + " = " + line.value + "\n";
  }
  return text;
}

[[noreturn]] void refuse_key(const std::string& key, const std::vector<Block>& blocks) {
  const std::string last = key.substr(key.rfind('.') + 1);
  const std::string table = key.substr(0, key.rfind('.') == std::string::npos ? 0 : key.rfind('.'));
  std::string near;
  int shown = 0;
  for (const Block& block : blocks) {
    for (const Line& line : block.lines) {
      const bool close = block.path == table || unquoted(line.name) == last;
      if (close && shown++ < 12) near += (near.empty() ? "" : ", ") + line.key;
    }
  }
  if (near.empty()) {
    for (const Block& block : blocks)
      if (!block.path.empty()) near += (near.empty() ? "" : ", ") + block.path + ".*";
  }
  throw std::runtime_error(
      fmt::format("--set {}: the configuration has no such key; near it: {}", key, near));
}

void assign(std::vector<Block>& blocks, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw std::runtime_error("--set " + assignment + ": accepted: key=value");
  const std::string key = assignment.substr(0, equals);
  std::string value = assignment.substr(equals + 1);
  Line* found = nullptr;
  for (Block& block : blocks) {
    for (Line& line : block.lines)
      if (line.key == key) found = &line;
  }
  if (found == nullptr) refuse_key(key, blocks);
  const bool text = found->value.starts_with('"');
  if (text && !value.starts_with('"')) value = "\"" + value + "\"";
  if (value.find('\n') != std::string::npos)
    throw std::runtime_error("--set " + key + ": the value has a line end");
  found->value = value;
}

bool decides(std::string_view key) {
  for (const std::string_view section : {"session.", "log.", "archive.", "admin.", "telemetry."})
    if (key.starts_with(section)) return false;
  return true;
}

std::map<std::string, std::string> values_of(const std::vector<Block>& blocks) {
  std::map<std::string, std::string> values;
  for (const Block& block : blocks)
    for (const Line& line : block.lines) values[line.key] = line.value;
  return values;
}
}  // namespace

std::vector<ConfigChange> changes_between(const settings::Config& base,
                                          const settings::Config& changed) {
  const std::vector<Block> before = blocks_of(settings::resolved_text(base));
  const std::vector<Block> after = blocks_of(settings::resolved_text(changed));
  const auto was = values_of(before);
  const auto is = values_of(after);
  std::vector<ConfigChange> changes;
  for (const Block& block : before) {
    for (const Line& line : block.lines) {
      if (!decides(line.key)) continue;
      const auto now = is.find(line.key);
      const std::string to = now == is.end() ? std::string{} : now->second;
      if (to != line.value) changes.push_back({line.key, line.value, to});
    }
  }
  for (const Block& block : after) {
    for (const Line& line : block.lines)
      if (!was.contains(line.key) && decides(line.key))
        changes.push_back({line.key, {}, line.value});
  }
  return changes;
}

settings::Config with_changes(const settings::Config& base,
                              const std::vector<std::string>& assignments,
                              const std::filesystem::path& base_dir) {
  if (assignments.empty()) return base;
  std::vector<Block> blocks = blocks_of(settings::resolved_text(base));
  for (const std::string& each : assignments) assign(blocks, each);
  return settings::parse(text_of(blocks), "the log's configuration with --set", base_dir);
}
}  // namespace sq::app
