// First guesses of the implied volatility: least-squares polynomials fitted for this project to
// exact values. s = volatility x sqrt(T), p = out-of-the-money price / smaller discounted amount,
// x = |ln(forward / strike)|, h = x / s.
#pragma once

namespace sq::options::implied {
// s / p in (x / p, p) for x <= 2 p: entry j holds the polynomial in x / p that multiplies p^j.
// 0.08 % for p <= 0.7.
inline constexpr double kNear0[5] = {2.5070556, 1.24805936, -0.171079617, 0.045268734,
                                     -0.00621255671};
inline constexpr double kNear1[4] = {-0.012623909, -1.30080496, 0.0152681425, -0.0118189808};
inline constexpr double kNear2[3] = {0.868141616, 1.20760598, 0.0978238168};
inline constexpr double kNear3[2] = {-0.888055477, -0.839199229};
inline constexpr double kNear4 = 1.42688672;
inline constexpr double kNearRatio = 2.0;

// h in (w, x) with w = sqrt(ln(x / p) + x / 2 + 1/2), for 2 p <= x <= 3 and w <= 6.2: 2 %.
inline constexpr double kWing0[6] = {1.17270504,   -2.21202293,  1.82350245,
                                     -0.424900386, 0.0482915432, -0.00216040679};
inline constexpr double kWing1[4] = {-0.207715602, 0.219357043, -0.0553681206, 0.00411634773};
inline constexpr double kWing2[2] = {-0.0803868445, 0.00839546534};
inline constexpr double kWing3 = 0.0111657081;
inline constexpr double kWingMoneyness = 3.0;
inline constexpr double kWingRootHigh = 6.2;
}  // namespace sq::options::implied
