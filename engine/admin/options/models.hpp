// The pricing models that requests can name.
// Thread: any. Cost: each model's own, here as a bound for refusing requests. Errors: the
// library's.
#pragma once

#include <array>
#include <string_view>

#include "engine/admin/options/columns.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/result.hpp"

namespace sq::admin::options {
enum class Model : std::uint8_t {
  BlackScholes,
  Black76,
  Bachelier,
  American,
  BaroneAdesiWhaley,
  BjerksundStensland,
  BjerksundStensland1993,
  JuZhong,
  FiniteDifference,
  LeisenReimer,
  CoxRossRubinstein
};
constexpr std::array<std::string_view, 11> kModelNames{"black-scholes",
                                                       "black-76",
                                                       "bachelier",
                                                       "american",
                                                       "barone-adesi-whaley",
                                                       "bjerksund-stensland",
                                                       "bjerksund-stensland-1993",
                                                       "ju-zhong",
                                                       "finite-difference",
                                                       "leisen-reimer",
                                                       "cox-ross-rubinstein"};
enum class Answer : std::uint8_t { Price, Greeks, ImpliedVolatility };

// A request's rows, read and checked.
struct Rows {
  explicit Rows(Columns& columns, Answer answer);

  [[nodiscard]] sq::options::Result<double> price(std::size_t row) const;
  [[nodiscard]] sq::options::Result<sq::options::AllGreeks> greeks(std::size_t row) const;
  [[nodiscard]] sq::options::Result<double> implied_volatility(std::size_t row) const;
  // All of AllGreeks; else those of the first order and gamma.
  [[nodiscard]] bool all_greeks() const noexcept {
    return model == Model::BlackScholes || model == Model::Black76 || model == Model::Bachelier;
  }
  // Price, delta, gamma and theta only.
  [[nodiscard]] bool grid() const noexcept {
    return model == Model::LeisenReimer || model == Model::CoxRossRubinstein ||
           model == Model::FiniteDifference;
  }

  Model model{Model::BlackScholes};
  std::uint32_t preset{2};    // of american: 1 fast, 2 accurate, 3 reference
  std::uint32_t steps{501};   // of trees, and in time of finite differences
  std::uint32_t points{400};  // of finite differences, in space
  std::vector<bool> call;
  NumberColumn underlying{1.0};  // spot, or forward
  NumberColumn strike{1.0};
  NumberColumn years{1.0};
  NumberColumn rate{0.0};
  NumberColumn yield{0.0};
  NumberColumn displacement{0.0};
  NumberColumn volatility{1.0};  // or, asked for implied volatility, the price

 private:
  [[nodiscard]] sq::options::Result<sq::options::AllGreeks> tree_greeks(std::size_t row) const;
  [[nodiscard]] sq::options::Result<sq::options::AllGreeks> grid_greeks(std::size_t row) const;
  [[nodiscard]] sq::options::Vanilla option(std::size_t row) const;
  [[nodiscard]] sq::options::Market market(std::size_t row) const;
  [[nodiscard]] sq::options::ForwardMarket forward(std::size_t row) const;
};
}  // namespace sq::admin::options
