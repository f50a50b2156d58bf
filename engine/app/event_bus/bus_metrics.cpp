#include "engine/app/event_bus/bus_metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace sq::app {
namespace {
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void add(MetricFamily& family, std::vector<ClientMetric::Label> labels, std::uint64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  const auto shown = static_cast<double>(value);
  if (family.type == MetricType::Counter) {
    metric.counter.value = shown;
  } else {
    metric.gauge.value = shown;
  }
  family.metric.push_back(std::move(metric));
}

void add_letters(std::vector<MetricFamily>& out, const LetterCounts& counts) {
  const std::string name = "shrivenquant_event_dead_letters";
  out.push_back({name, "Dead letters waiting for somebody.", MetricType::Gauge, {}});
  add(out.back(), {}, counts.kept);
  out.push_back({name + "_bytes", "Bytes of their records.", MetricType::Gauge, {}});
  add(out.back(), {}, counts.bytes);
  out.push_back({name + "_total",
                 "Dead letters since the start, by what became of them.",
                 MetricType::Counter,
                 {}});
  add(out.back(), {{"what", "added"}}, counts.added);
  add(out.back(), {{"what", "replayed"}}, counts.replayed);
  add(out.back(), {{"what", "discarded"}}, counts.discarded);
  add(out.back(), {{"what", "pushed_out"}}, counts.pushed_out);
  add(out.back(), {{"what", "damaged"}}, counts.damaged);
}
}  // namespace

std::string bus_metrics(EventBus& bus) {
  std::vector<MetricFamily> out;
  add_letters(out, bus.letters().counts());
  const auto statuses = bus.statuses();
  const auto each = [&](const std::string& name, const std::string& help, MetricType type,
                        auto value) {
    out.push_back({"shrivenquant_event_subscriber_" + name, help, type, {}});
    for (const SubscriberStatus& status : statuses)
      add(out.back(), {{"subscriber", status.name}}, value(status));
  };
  using Status = SubscriberStatus;
  each("active", "1 while it is delivered to.", MetricType::Gauge, [](const Status& s) {
    return s.state == SubscriberState::Active ? std::uint64_t{1} : std::uint64_t{0};
  });
  each("read_sequence", "Last record looked at for it.", MetricType::Gauge,
       [](const Status& s) { return s.read; });
  each("handled_sequence", "It has handled everything up to here.", MetricType::Gauge,
       [](const Status& s) { return s.handled; });
  each("queued", "Events in its queue.", MetricType::Gauge,
       [](const Status& s) { return s.queued; });
  each("delivered_total", "Events it has taken.", MetricType::Counter,
       [](const Status& s) { return s.delivered; });
  each("failures_total", "Calls of it that threw.", MetricType::Counter,
       [](const Status& s) { return s.failures; });
  each("dead_letters_total", "Events it could not handle.", MetricType::Counter,
       [](const Status& s) { return s.letters; });
  each("dropped_total", "Events its full queue gave up.", MetricType::Counter,
       [](const Status& s) { return s.lost; });
  each("stretches_lost_total", "Stretches of the log that were gone before it read them.",
       MetricType::Counter, [](const Status& s) { return s.losses; });
  return prometheus::TextSerializer{}.Serialize(out);
}
}  // namespace sq::app
