// Gauss-Legendre rules on (-1, 1), positive half, and the integral over an interval with one of
// them. Nodes are the zeros of the Legendre polynomials, computed to 50 digits.
// Thread: plain functions. Cost: kNodes calls of f a panel. Errors: none.
#pragma once

#include <array>
#include <cstddef>

namespace sq::options {
template <std::size_t kHalf>
struct GaussLegendreRule {
  std::array<double, kHalf> node;
  std::array<double, kHalf> weight;
};

inline constexpr GaussLegendreRule<3> kGaussLegendre6{
    {0.93246951420315205, 0.66120938646626448, 0.2386191860831969},
    {0.17132449237917036, 0.36076157304813861, 0.46791393457269104}};
inline constexpr GaussLegendreRule<6> kGaussLegendre12{
    {0.98156063424671924, 0.90411725637047491, 0.76990267419430469, 0.58731795428661748,
     0.36783149899818018, 0.12523340851146891},
    {0.047175336386511828, 0.10693932599531843, 0.16007832854334622, 0.20316742672306592,
     0.23349253653835481, 0.24914704581340277}};
inline constexpr GaussLegendreRule<10> kGaussLegendre20{
    {0.99312859918509488, 0.96397192727791381, 0.91223442825132595, 0.83911697182221878,
     0.7463319064601508, 0.63605368072651502, 0.51086700195082713, 0.37370608871541955,
     0.22778585114164507, 0.076526521133497338},
    {0.017614007139152118, 0.040601429800386939, 0.062672048334109068, 0.083276741576704755,
     0.10193011981724044, 0.11819453196151841, 0.13168863844917664, 0.14209610931838204,
     0.14917298647260374, 0.15275338713072584}};

// The integral of f over (from, to); f may return a Jet.
template <std::size_t kHalf, class Real, class Fn>
Real integrate_panel(const GaussLegendreRule<kHalf>& rule, const Real& from, const Real& to,
                     Fn&& f) {
  const Real middle = 0.5 * (from + to);
  const Real half = 0.5 * (to - from);
  Real sum{};
  for (std::size_t i = 0; i < kHalf; ++i) {
    const Real offset = half * rule.node[i];
    sum += rule.weight[i] * (f(middle - offset) + f(middle + offset));
  }
  return sum * half;
}
}  // namespace sq::options
