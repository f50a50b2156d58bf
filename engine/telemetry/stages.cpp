#include "engine/telemetry/stages.hpp"

namespace sq::telemetry {
std::string_view text_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::Decode:
      return "decode";
    case Stage::Queue:
      return "queue";
    case Stage::Log:
      return "log";
    case Stage::Book:
      return "book";
    case Stage::Strategy:
      return "strategy";
    case Stage::Risk:
      return "risk";
    case Stage::Order:
      return "order";
    case Stage::Exchange:
      return "exchange";
    case Stage::Portfolio:
      return "portfolio";
    case Stage::Event:
      return "event";
    case Stage::TickToOrder:
      return "tick-to-order";
  }
  return "?";
}
}  // namespace sq::telemetry
