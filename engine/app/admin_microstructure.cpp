// GET /api/v1/microstructure: what the core measures of its books, by name, with unit and the number
// of observations behind each value.
#include <thread>

#include "engine/app/admin_views.hpp"
#include "engine/app/summary.hpp"

namespace sq::app {
namespace {
using book::analytics::Measure;
using book::analytics::MicrostructureView;

boost::json::object measures_json(const MicrostructureView& view) {
  boost::json::object measures;
  for (std::size_t i = 0; i < book::analytics::kMeasures; ++i) {
    const auto measure = static_cast<Measure>(i);
    const auto& reading = view[measure];
    measures[name_of(measure)] = {
        {"value", reading.known() ? boost::json::value(reading.value) : boost::json::value()},
        {"unit", unit_of(measure)},
        {"count", reading.count}};
  }
  return measures;
}

// Asks for a fresh copy and waits a moment; without events the last one is as fresh as it gets.
bool read_fresh(book::Published<MicrostructureView>& publisher, MicrostructureView& view) {
  const std::uint64_t before = publisher.read(view);
  publisher.request();
  for (int attempt = 0; attempt < 25; ++attempt) {
    if (publisher.read(view) > before) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return before != 0;
}
}  // namespace

boost::json::object AdminViews::microstructure(std::string_view instrument) {
  boost::json::array rows;
  const auto& instruments = view_.ledger().portfolio().instruments();
  for (const Instrument& each : instruments) {
    auto* publisher = run_.core().measures_publisher(each.id);
    const std::string name = instrument_name(each);
    if (publisher == nullptr || (!instrument.empty() && instrument != name)) continue;
    MicrostructureView view;
    const bool known = read_fresh(*publisher, view);
    boost::json::object row{{"instrument", name}};
    row["at"] = known ? boost::json::value(time_text(WallTime{view.at.ns})) : boost::json::value();
    row["measures"] = known ? measures_json(view) : boost::json::object{};
    rows.push_back(std::move(row));
  }
  return {{"instruments", rows}};
}
}  // namespace sq::app
