// Exotic contracts over HTTP: `kind` in a price or greeks request names one of these. A kind is a
// function that reads its keys and gives back how to value a row; the same function, reading
// nothing, is its JSON schema.
// Thread: any. Cost: each kind's own, stated a row, so that requests can be refused. Errors: keys
// by Columns, values by the library.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/admin/options/columns.hpp"
#include "engine/options/result.hpp"

namespace sq::admin::options {
constexpr double kExoticNsMax = 250e6;  // a request may take so long

struct Exotic {
  std::vector<std::string_view> names;  // of the answer's columns
  double row_ns{0};
  std::function<sq::options::Result<std::vector<double>>(std::size_t row)> value;
};
struct ExoticKind {
  std::string_view name;
  bool has_greeks;
  Exotic (*read)(Columns& columns, bool greeks);
};
[[nodiscard]] std::span<const ExoticKind> exotic_kinds();

// The kind that the request names; null for none of these ("vanilla", or no `kind`). A word that is
// no kind, or a kind without Greeks where they are asked for, is a problem of `columns`.
[[nodiscard]] const ExoticKind* exotic_kind(Columns& columns, bool greeks);
// Reads the kind's keys and refuses what would take too long.
[[nodiscard]] Exotic exotic_of(Columns& columns, const ExoticKind& kind, bool greeks);
}  // namespace sq::admin::options
