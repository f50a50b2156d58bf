// Models and smiles: Heston by COS a strike in a strip, making the strip, SVI and SABR calibration.
// Input: strips of 32 strikes, smiles of 30 and 10 quotes, fixed numbers.
#include <bit>
#include <cmath>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/models/sabr.hpp"
#include "engine/options/models/stochastic_volatility.hpp"
#include "engine/options/surface/svi_calibration.hpp"

namespace {
using namespace sq;
using namespace sq::options;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

std::vector<SmilePoint> smile_points() {
  const SviRaw smile{0.004, 0.06, -0.5, 0.02, 0.12};
  std::vector<SmilePoint> points;
  for (int i = 0; i < 30; ++i) {
    const double k = -0.5 + i * 0.025;
    const double noise = 1 + 0.01 * std::sin(7.0 * i);
    points.push_back({k, total_variance(smile, k) * noise, 1});
  }
  return points;
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const HestonDynamics dynamics{0.04, 1.5, 0.05, 0.4, -0.6};
  session.run_single("options/heston_strip_32_strikes",
                     {.samples = 2'000,
                      .seconds_max = 2.0,
                      .input = "COS to 1e-8, the strip and 32 calls; divide by 32 for a strike"},
                     [&](std::size_t i) {
                       HestonDynamics moved = dynamics;
                       moved.initial_variance += 1e-6 * static_cast<double>(i % 16);
                       const auto strip = heston_strip(moved, 0.5, 1e-8);
                       double sum = 0;
                       for (int j = 0; j < 32; ++j) {
                         sum += strip->price(OptionType::Call, 100, 0.99, 70 + 2.0 * j);
                       }
                       return bits(sum);
                     });
  const std::vector<SmilePoint> points = smile_points();
  session.run_single("options/svi_calibration_30",
                     {.samples = 500, .seconds_max = 2.0, .input = "30 quotes, no butterflies"},
                     [&](std::size_t) { return bits(calibrate_svi(points)->smile.a); });
  std::vector<SabrQuote> quotes;
  for (int j = 0; j < 10; ++j) {
    const double strike = 80 + 4.5 * j;
    quotes.push_back({strike, *sabr_volatility({0.2, 1, -0.3, 0.8, 0}, 100, strike, 0.5), 1});
  }
  session.run_single("options/sabr_calibration_10",
                     {.samples = 500, .seconds_max = 2.0, .input = "10 quotes, beta 1"},
                     [&](std::size_t) { return bits(calibrate_sabr(quotes, 100, 0.5, 1)->error); });
  return session.finish();
}
