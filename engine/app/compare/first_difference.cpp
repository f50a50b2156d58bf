#include "engine/app/compare/first_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>

#include "engine/wal/dump.hpp"

namespace sq::app {
namespace {
wal::ReaderOptions orders_only() {
  wal::ReaderOptions options;
  options.feed = false;
  return options;
}
bool alike(const RecordHeader& a, const RecordHeader& b) noexcept {
  if (a.kind != b.kind || a.wall != b.wall || a.instrument != b.instrument || a.length != b.length)
    return false;
  const auto left = payload_bytes(a);
  return std::memcmp(left.data(), payload_bytes(b).data(), left.size()) == 0;
}

// "qty: 0.01 -> 0.011, limit: ..." of two decisions of one kind.
std::string fields_between(const RecordHeader& a, const RecordHeader& b) {
  const auto before = boost::json::parse(wal::json_line(a)).as_object();
  const auto after = boost::json::parse(wal::json_line(b)).as_object();
  const auto text = [](const boost::json::value& value) {
    return value.is_string() ? std::string{value.as_string()} : boost::json::serialize(value);
  };
  std::string fields;
  for (const auto& [key, value] : before) {
    if (key == "seq" || key == "mono") continue;
    const auto* other = after.if_contains(key);
    if (other != nullptr && *other == value) continue;
    fields += fmt::format("{}{}: {} -> {}", fields.empty() ? "" : ", ",
                          std::string_view{key.data(), key.size()}, text(value),
                          other == nullptr ? "none" : text(*other));
  }
  return fields;
}
}  // namespace

FirstDifference::FirstDifference(const LogPlan& plan)
    : plan_{plan}, reader_{plan.dir, orders_only()} {}

const RecordHeader* FirstDifference::peek() {
  while (next_ == nullptr && !boundary_ && !ended_) {
    const RecordHeader* record = reader_.next();
    if (record == nullptr || record->sequence > plan_.last_sequence) {
      if (record == nullptr) static_cast<void>(note_of(reader_.status(), plan_.dir));
      ended_ = true;
    } else if (is_decision(record->kind)) {
      next_ = record;
    } else {
      const auto& epochs = plan_.epochs;
      boundary_ = record->kind == RecordKind::EpochStarted && epoch_ + 1 < epochs.size() &&
                  record->sequence == epochs[epoch_ + 1].first_sequence;
    }
  }
  return next_;
}

FirstDifference::Verdict FirstDifference::take(const RecordHeader& made) {
  if (difference_) return Verdict::Different;
  const RecordHeader* logged = peek();
  const LogEpoch& epoch = plan_.epochs[epoch_];
  if (logged == nullptr && !epoch.ended && made.wall == epoch.last_wall) return Verdict::Cut;
  if (logged == nullptr || !alike(*logged, made)) {
    differ(logged, &made);
    return Verdict::Different;
  }
  ++same_;
  next_ = nullptr;
  return Verdict::Same;
}

void FirstDifference::next_epoch() {
  if (difference_) return;
  if (const RecordHeader* logged = peek(); logged != nullptr) return differ(logged, nullptr);
  boundary_ = false;
  ++epoch_;
}

void FirstDifference::finish() {
  if (difference_) return;
  while (peek() == nullptr && boundary_) next_epoch();
  if (const RecordHeader* logged = peek(); logged != nullptr) differ(logged, nullptr);
}

void FirstDifference::differ(const RecordHeader* logged, const RecordHeader* made) {
  Difference found;
  if (logged != nullptr) {
    found.log_sequence = logged->sequence;
    found.at = logged->wall;
    found.kind = wal::text_of(logged->kind);
    found.log = wal::describe(*logged);
  }
  if (made != nullptr) {
    found.made_sequence = made->sequence;
    found.at = logged == nullptr ? made->wall : std::min(logged->wall, made->wall);
    if (logged == nullptr) found.kind = wal::text_of(made->kind);
    found.made = wal::describe(*made);
  }
  if (logged != nullptr && made != nullptr) {
    if (logged->kind != made->kind) {
      found.kind += fmt::format(" / {}", wal::text_of(made->kind));
    } else {
      found.field = fields_between(*logged, *made);
    }
  }
  difference_ = std::move(found);
}
}  // namespace sq::app
