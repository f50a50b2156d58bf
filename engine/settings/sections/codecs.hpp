// The grammars and vocabularies of the configuration.
// Thread: start-up.
#pragma once

#include <array>
#include <filesystem>

#include "engine/settings/config.hpp"
#include "engine/settings/strict/codec.hpp"

namespace sq::settings {
extern const Codec<std::string> kInstanceCodec;
extern const Codec<std::string> kStrategyNameCodec;
extern const Codec<std::string> kKindCodec;
extern const Codec<std::string> kAddressCodec;
extern const Codec<std::string> kFileCodec;  // relative, inside its folder
extern const Codec<std::string> kFormatCodec;
extern const Codec<std::string> kFileSymbolCodec;
extern const Codec<std::filesystem::path> kPathCodec;
extern const Codec<std::string> kDatabaseUrlCodec;  // without a password
extern const Codec<std::string> kHttpUrlCodec;
extern const Codec<std::string> kWebSocketUrlCodec;
extern const Codec<std::string> kFingerprintCodec;
extern const Codec<std::uint32_t> kSpeedCodec;
extern const Codec<VenueId> kVenueCodec;
extern const Codec<Symbol> kSymbolCodec;
extern const Codec<Currency> kCurrencyCodec;
extern const Codec<StrategyInstrument> kStrategyInstrumentCodec;
extern const Codec<WallTime> kMomentCodec;  // whole seconds, UTC

inline constexpr std::array kModes{Choice{"recorded", Mode::Recorded}, Choice{"paper", Mode::Paper},
                                   Choice{"live", Mode::Live}};
inline constexpr std::array kEnvironments{Choice{"local", Environment::Local},
                                          Choice{"testnet", Environment::Testnet},
                                          Choice{"live", Environment::Live}};
inline constexpr std::array kMarketFormats{Choice{"json", MarketFormat::Json},
                                           Choice{"sbe", MarketFormat::Sbe}};
inline constexpr std::array kTradeFeeds{Choice{"none", TradeFeed::None},
                                        Choice{"each", TradeFeed::Each},
                                        Choice{"aggregate", TradeFeed::Aggregate}};
inline constexpr std::array kIdles{Choice{"spin", Idle::Spin}, Choice{"yield", Idle::Yield},
                                   Choice{"sleep", Idle::Sleep}};
inline constexpr std::array kDecodes{Choice{"thread", Decode::Thread},
                                     Choice{"fused", Decode::Fused}};
inline constexpr std::array kInstrumentKinds{
    Choice{"spot", InstrumentKind::Spot},
    Choice{"linear-perpetual", InstrumentKind::LinearPerpetual},
    Choice{"inverse-perpetual", InstrumentKind::InversePerpetual},
    Choice{"equity", InstrumentKind::Equity},
    Choice{"linear-future", InstrumentKind::LinearFuture},
    Choice{"option", InstrumentKind::Option}};
inline constexpr std::array kOptionRights{Choice{"call", OptionRight::Call},
                                          Choice{"put", OptionRight::Put}};
inline constexpr std::array kBookKinds{Choice{"levels", BookKind::Levels},
                                       Choice{"orders", BookKind::Orders}};
inline constexpr std::array kBookOpenings{Choice{"empty", BookOpening::Empty},
                                          Choice{"unknown", BookOpening::Unknown}};
inline constexpr std::array kDurabilities{Choice{"process", Durability::Process},
                                          Choice{"group", Durability::Group},
                                          Choice{"strict", Durability::Strict}};
inline constexpr std::array kArchiveKinds{Choice{"sqlite", ArchiveKind::Sqlite},
                                          Choice{"postgres", ArchiveKind::Postgres},
                                          Choice{"off", ArchiveKind::Off}};
inline constexpr std::array kExistingLogs{Choice{"recover", ExistingLog::Recover},
                                          Choice{"replace", ExistingLog::Replace},
                                          Choice{"refuse", ExistingLog::Refuse}};
inline constexpr std::array kExternalOrders{Choice{"count", ExternalOrders::Count},
                                            Choice{"cancel", ExternalOrders::Cancel},
                                            Choice{"kill", ExternalOrders::Kill}};
inline constexpr std::array kFeedLatencies{Choice{"recorded", FeedLatency::Recorded},
                                           Choice{"constant", FeedLatency::Constant},
                                           Choice{"none", FeedLatency::None}};
inline constexpr std::array kQueueModels{Choice{"pessimistic", QueueModel::Pessimistic},
                                         Choice{"proportional", QueueModel::Proportional},
                                         Choice{"power", QueueModel::Power}};
inline constexpr std::array kImpactModels{Choice{"none", ImpactModel::None},
                                          Choice{"square-root", ImpactModel::SquareRoot},
                                          Choice{"linear", ImpactModel::Linear}};
inline constexpr std::array kMarginModes{Choice{"cross", MarginMode::Cross},
                                         Choice{"isolated", MarginMode::Isolated}};
inline constexpr std::array kOutageKinds{Choice{"halt", OutageKind::Halt},
                                         Choice{"maintenance", OutageKind::Maintenance}};
inline constexpr std::array kTextLevels{
    Choice{"debug", TextLevel::Debug}, Choice{"info", TextLevel::Info},
    Choice{"warn", TextLevel::Warn}, Choice{"error", TextLevel::Error}};
// Warming is where every strategy begins, not a state to start in.
inline constexpr std::array kStartStates{
    Choice{"armed", StrategyState::Armed}, Choice{"shadow", StrategyState::Shadow},
    Choice{"reduce-only", StrategyState::ReduceOnly}, Choice{"paused", StrategyState::Paused},
    Choice{"stopped", StrategyState::Stopped}, Choice{"quote-only", StrategyState::QuoteOnly}};
}  // namespace sq::settings
