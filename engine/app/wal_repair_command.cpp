#include "engine/app/wal_repair_command.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/app/commands.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/repair.hpp"
#include "engine/wal/verify.hpp"

namespace sq::app {
namespace {
boost::json::object json_of(const wal::RepairPlan& plan) {
  boost::json::array damage;
  for (const wal::DamagedPlace& place : plan.damage)
    damage.push_back({{"file", place.file.string()},
                      {"offset", place.offset},
                      {"bytes", place.bytes},
                      {"after_sequence", place.after_sequence},
                      {"what", place.what}});
  boost::json::array lost;
  for (const wal::LostRange& range : plan.lost)
    lost.push_back({{"stream", range.stream == wal::Stream::Order ? "order" : "feed"},
                    {"first", range.first},
                    {"last", range.last}});
  boost::json::array readable;
  for (const wal::LostRecord& record : plan.readable)
    readable.push_back({{"kind", wal::text_of(record.kind)},
                        {"sequence", record.sequence},
                        {"text", record.text}});
  const wal::ReaderStatus& orders = plan.first[0];
  const wal::ReaderStatus& feed = plan.first[1];
  const wal::ReaderStatus& first = orders.condition > wal::Condition::End ? orders : feed;
  return {{"needed", plan.needed},
          {"condition", wal::text_of(first.condition)},
          {"first_damaged_file", first.file.string()},
          {"first_damaged_offset", first.offset},
          {"damage", damage},
          {"notes", boost::json::value_from(plan.notes)},
          {"kept_orders", plan.kept[0]},
          {"kept_feed", plan.kept[1]},
          {"healed", plan.healed},
          {"lost_numbers", plan.lost_numbers},
          {"lost", lost},
          {"readable", readable},
          {"orders", boost::json::value_from(plan.orders)},
          {"fills", boost::json::value_from(plan.fills)},
          {"snapshots_lost", boost::json::value_from(plan.snapshots_lost)}};
}
}  // namespace

int wal_repair_command(const WalRepairOptions& options) {
  wal::Repair repair{options.log_dir};
  fmt::print("{}", wal::text_of(repair.plan(), options.all));
  if (!options.json.empty())
    write_file(options.json, boost::json::serialize(json_of(repair.plan())) + "\n");
  if (!repair.plan().needed) return 0;
  if (!options.apply) {
    fmt::print(
        "nothing was changed; --apply writes a whole log of what is kept and sets this one "
        "aside as {}\n",
        repair.aside().string());
    return 1;
  }
  const wal::RepairResult result = repair.apply();
  fmt::print(
      "repaired: {} records written, {} segments as they were; the damaged log is {}, the "
      "report {}\n{}",
      result.records_written, result.segments_kept, result.aside.string(), result.report.string(),
      wal::text_of(wal::verify(options.log_dir)));
  return 0;
}
}  // namespace sq::app
