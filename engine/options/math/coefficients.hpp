// Coefficients of the approximations in this folder. All were computed for this project in 50 to
// 70 digit arithmetic (interpolation at Chebyshev nodes, solved as a linear system) and rounded to
// double; the stated error is that of the unrounded approximation, relative.
#pragma once

namespace sq::options::math {
// (1 - Phi(z)) exp(z^2 / 2), that is erfcx(z / sqrt 2) / 2, as numerator / denominator. All
// coefficients are positive, so nothing cancels. Lowest power first, here and below.
// In z on [0, 40]: 2e-18, nodes those of Chebyshev in 1 / (z + 4).
inline constexpr double kUpperTailNumerator[11] = {0.5,
                                                   0.8271826026699026,
                                                   0.6783918019176626,
                                                   0.3563636068023978,
                                                   0.13154403773894913,
                                                   0.03548940042984599,
                                                   0.007077350580471882,
                                                   0.0010313590966463827,
                                                   0.00010550308358398394,
                                                   6.888404471046805e-06,
                                                   2.206141608820233e-07};
inline constexpr double kUpperTailDenominator[12] = {1.0,
                                                     2.4522497661426708,
                                                     2.8133958314729957,
                                                     1.9973289481605838,
                                                     0.9772321662020906,
                                                     0.34694890025332376,
                                                     0.0915094353867671,
                                                     0.018003638082759107,
                                                     0.002602500542560113,
                                                     0.0002650100100628648,
                                                     1.7266669414247877e-05,
                                                     5.529976934507568e-07};
// In z + 1 on [-1, 40]: 4e-18, nodes those of Chebyshev in 1 / (z + 4.5).
inline constexpr double kShiftedUpperTailNumerator[12] = {
    1.3871429788350047,    2.19623034589583,      1.8588009289075003,    1.0603439233976442,
    0.44336771043728085,   0.14096727631281683,   0.03455665241035327,   0.006516541176652428,
    0.0009274627122734198, 9.532332930960112e-05, 6.426499932342809e-06, 2.1909105483487103e-07};
inline constexpr double kShiftedUpperTailDenominator[13] = {1.0,
                                                            2.870876085518469,
                                                            3.8927611282333534,
                                                            3.303486271413347,
                                                            1.9588379152185265,
                                                            0.8574416824393317,
                                                            0.2850712173073072,
                                                            0.07283102446525246,
                                                            0.014264241951892045,
                                                            0.0021025221315064554,
                                                            0.00022338048588270017,
                                                            1.555966660448698e-05,
                                                            5.491798327681022e-07};
inline constexpr double kUpperTailHigh = 40.0;

// 1 - z M(z) with the Mills ratio M, in z on [0, 40]: 4e-18, positive coefficients.
inline constexpr double kShortfallNumerator[11] = {1.0,
                                                   1.3791352498864557,
                                                   0.9664660805018529,
                                                   0.4421607813055346,
                                                   0.14446893095911145,
                                                   0.03499225918725381,
                                                   0.0063449294024779624,
                                                   0.000850598371468393,
                                                   8.094613139826385e-05,
                                                   4.972869393184432e-06,
                                                   1.518204827245576e-07};
inline constexpr double kShortfallDenominator[13] = {1.0,
                                                     2.632449387201956,
                                                     3.2657521132495932,
                                                     2.529381755264954,
                                                     1.3651364132920745,
                                                     0.5422430544112556,
                                                     0.16302440802461424,
                                                     0.03751421749343015,
                                                     0.006586856862015602,
                                                     0.0008655169798960608,
                                                     8.140159284284806e-05,
                                                     4.972869393216074e-06,
                                                     1.5182048272443006e-07};

// (exp(r) - 1 - r) / r^2 on |r| <= 0.3469; 1.3e-17 of exp(r).
inline constexpr double kExponential[10] = {
    0.5000000000000001,     0.16666666666666669,    0.04166666666662384,    0.008333333333330039,
    0.0013888888917357146,  0.00019841269863163916, 2.4801521073278776e-05, 2.7557268288756623e-06,
    2.7620194273626137e-07, 2.5100466878533884e-08};

// (atanh(z) - z) / z^3 in z^2 <= 0.02945; 5e-18 of atanh(z).
inline constexpr double kAtanh[7] = {0.3333333333333335, 0.1999999999994962,  0.14285714313047945,
                                     0.1111110555757208, 0.09091445278347801, 0.0766583701508393,
                                     0.07308518774395825};

inline constexpr double kLn2High = 0.6931471805599453;
inline constexpr double kLn2Low = 2.3190468138462996e-17;
inline constexpr double kLog2E = 1.4426950408889634;
inline constexpr double kSqrt2 = 1.4142135623730951;
inline constexpr double kInverseSqrt2Pi = 0.3989422804014327;  // phi(0)
inline constexpr double kSqrt2Pi = 2.5066282746310007;
inline constexpr double kRoundToInteger = 6755399441055744.0;  // 1.5 x 2^52
// Inverse normal distribution. Centre: x / q with q = p - 1/2, in 0.180625 - q^2, for |q| <= 0.425;
// 7e-17. Tails: -x in r - low with r = sqrt(-ln p), r from 1.6, 5 and 12 (p from 0.077, 1.4e-11,
// 3e-63); 3e-17, 4e-17, 1e-17. The split into centre and tails in these variables is that of
// Wichura (1988), algorithm AS 241.
inline constexpr double kCentreNumerator[9] = {
    3.3871328727963665, 148.75654077063152, 2548.2248573022625,
    21627.48116049056,  95692.73551269759,  213550.16248438213,
    214247.38019842378, 74060.81462563902,  3907.0076390238155};
inline constexpr double kCentreDenominator[9] = {1.0,
                                                 46.92338689522055,
                                                 871.2838940641986,
                                                 8176.878340636071,
                                                 41169.98166790856,
                                                 109244.70555458816,
                                                 140376.82723612545,
                                                 72342.69749284587,
                                                 9398.46451720659};
inline constexpr double kTailLow = 1.6;
inline constexpr double kTailNumerator[9] = {
    1.4234371107496837,  4.658671152911319,     5.895441930593747,
    3.867306448959962,   1.4607583582995676,    0.3281996025557106,
    0.04265573683356802, 0.0028477028904769913, 7.021355815515725e-05};
inline constexpr double kTailDenominator[9] = {1.0,
                                               2.073096479855932,
                                               1.7409835549495893,
                                               0.7681616354872174,
                                               0.19254621603461664,
                                               0.027207370810227217,
                                               0.0019346295319642264,
                                               4.9644170890888335e-05,
                                               3.604856526953904e-11};
inline constexpr double kFarTailLow = 5.0;
inline constexpr double kFarTailNumerator[7] = {
    6.657904643501104,   5.248450171667696,     1.6195809032048847,   0.247300268382905,
    0.01934576904015898, 0.0007147325762663973, 9.322050366590833e-06};
inline constexpr double kFarTailDenominator[7] = {1.0,
                                                  0.5674894874833633,
                                                  0.11925214378164795,
                                                  0.011337878703081656,
                                                  0.0004724652980387984,
                                                  6.59151921383106e-06,
                                                  7.449735486691779e-13};
inline constexpr double kFarthestTailLow = 12.0;
inline constexpr double kFarthestTailNumerator[7] = {
    16.748684018418697,    5.450331088311418,      0.702971687954292,     0.0454534209374991,
    0.0015270619715588528, 2.4609706175411225e-05, 1.4241873112864996e-07};
inline constexpr double kFarthestTailDenominator[7] = {1.0,
                                                       0.24016437455009074,
                                                       0.021553176848171186,
                                                       0.0008858305592029116,
                                                       1.6193445967108788e-05,
                                                       1.0070472179376334e-07,
                                                       1.094523846947784e-15};
}  // namespace sq::options::math
