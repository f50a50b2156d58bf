// American options: integral equation at its presets, Greeks, approximations, trees, grids. Inputs:
// options_inputs.hpp; QuantLib on the same: options_peers_bench.cpp.
#include <cmath>
#include <vector>

#include "bench/harness.hpp"
#include "bench/options_inputs.hpp"
#include "engine/options/american/american.hpp"
#include "engine/options/american/approximations.hpp"
#include "engine/options/american/implied_volatility.hpp"
#include "engine/options/american/qd_plus.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"
#include "engine/options/tree/lattice.hpp"

namespace {
using namespace sq::options;
using sq::bench::digits;
using Contract = sq::bench::AmericanContract;
constexpr std::size_t kContracts = sq::bench::kAmericanContracts;
constexpr const char* kInput = sq::bench::kAmericanInput;

void run_integral(sq::bench::Session& session, const std::vector<Contract>& list) {
  using american::Preset;
  const auto price = [&](Preset preset) {
    return [&list, preset](std::size_t i) {
      const Contract& c = list[i % kContracts];
      return digits(american::american_price(c.market, c.option, preset));
    };
  };
  session.run_single("options/american_fast", {.samples = 5'000, .input = kInput},
                     price(Preset::Fast));
  session.run_single("options/american_accurate", {.samples = 5'000, .input = kInput},
                     price(Preset::Accurate));
  session.run_single("options/american_reference", {.samples = 200, .input = kInput},
                     price(Preset::Reference));
  session.run_single("options/american_greeks", {.samples = 2'000, .input = kInput},
                     [&](std::size_t i) {
                       const Contract& c = list[i % kContracts];
                       const auto greeks = american::american_greeks(c.market, c.option);
                       return greeks ? static_cast<std::uint64_t>(greeks->vega * 1e4) : 0;
                     });
  std::vector<double> prices;
  for (const Contract& c : list) prices.push_back(*american::american_price(c.market, c.option));
  session.run_single(
      "options/american_implied_vol", {.samples = 1'000, .input = kInput}, [&](std::size_t i) {
        const Contract& c = list[i % kContracts];
        return digits(
            american::american_implied_volatility(c.market, c.option, prices[i % kContracts]));
      });
}

void run_approximations(sq::bench::Session& session, const std::vector<Contract>& list) {
  using Method = Result<double> (*)(const Market&, const Vanilla&) noexcept;
  const std::pair<const char*, Method> methods[] = {
      {"options/american_baw", american::barone_adesi_whaley},
      {"options/american_bjerksund_1993", american::bjerksund_stensland_1993},
      {"options/american_bjerksund_2002", american::bjerksund_stensland_2002},
      {"options/american_ju_zhong", american::ju_zhong},
      {"options/american_qdplus_formula", american::qd_plus_closed_price}};
  for (const auto& [name, method] : methods) {
    session.run_batched(name, {.samples = 2'000, .input = kInput}, [&](std::size_t i) {
      const Contract& c = list[i % kContracts];
      return digits(method(c.market, c.option));
    });
  }
}

void run_lattices(sq::bench::Session& session, const std::vector<Contract>& list) {
  const auto price = [&](tree::Lattice lattice) {
    return [&list, lattice](std::size_t i) {
      const Contract& c = list[i % kContracts];
      const auto value = tree::price(c.market, c.option, {.lattice = lattice, .steps = 801});
      return value ? static_cast<std::uint64_t>(value->price * 1e4) : 0;
    };
  };
  session.run_single("options/american_crr_801", {.samples = 1'000, .input = kInput},
                     price(tree::Lattice::CoxRossRubinstein));
  session.run_single("options/american_leisen_reimer_801", {.samples = 1'000, .input = kInput},
                     price(tree::Lattice::LeisenReimer));
  namespace fd = finite_difference;
  const auto grid = [&](bool american) {
    return [&list, american](std::size_t i) {
      const Contract& c = list[i % kContracts];
      const double sign = sign_of(c.option.type);
      fd::Contract1d contract{
          .years = c.option.years,
          .payoff = [sign](double spot) { return std::max(sign * (spot - 100), 0.0); },
          .kinks = {100}};
      if (american) contract.exercise = [sign](double, double spot) { return sign * (spot - 100); };
      const Market& m = c.market;
      const auto solved = fd::solve({.rate = m.rate, .yield = m.yield, .volatility = m.volatility},
                                    contract, m.spot);
      return solved ? static_cast<std::uint64_t>(solved->at(m.spot).price * 1e4) : 0;
    };
  };
  session.run_single("options/european_grid_400x200", {.samples = 100, .input = kInput},
                     grid(false));
  session.run_single("options/american_grid_400x200", {.samples = 100, .input = kInput},
                     grid(true));
}
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  const std::vector<Contract> list = sq::bench::american_contracts();
  run_integral(session, list);
  run_approximations(session, list);
  run_lattices(session, list);
  return session.finish();
}
