#include "engine/book/surveillance/alert.hpp"

namespace sq::book::surveillance {
std::string_view name_of(AlertKind kind) noexcept {
  switch (kind) {
    case AlertKind::Spoofing:
      return "spoofing";
    case AlertKind::Layering:
      return "layering";
    case AlertKind::QuoteStuffing:
      return "quote stuffing";
    case AlertKind::MomentumIgnition:
      return "momentum ignition";
    case AlertKind::WashPattern:
      return "wash pattern";
    case AlertKind::OwnWashTrade:
      return "own wash trade";
  }
  return "?";
}

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::Low:
      return "low";
    case Severity::Medium:
      return "medium";
    case Severity::High:
      return "high";
  }
  return "?";
}

std::string_view name_of(Evidence::Role role) noexcept {
  switch (role) {
    case Evidence::Role::Withdrawn:
      return "withdrawn";
    case Evidence::Role::Executed:
      return "executed";
    case Evidence::Role::Trade:
      return "trade";
  }
  return "?";
}
}  // namespace sq::book::surveillance
