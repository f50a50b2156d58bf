#include "engine/reporting/archive/schema.hpp"

#include <array>

namespace sq::reporting {
namespace {
using enum ColumnType;
constexpr std::string_view kNs = "ns since 1970-01-01 UTC";
constexpr std::string_view kBaseUnits = "base units or contracts";
constexpr std::string_view kQuote = "quote a base unit";
constexpr std::string_view kSettle = "settlement currency";

constexpr Column kLog{"log_id", Text, "16 hex digits", "log the row is from"};
constexpr Column kSequence{"sequence", Integer, "", "record the row is from"};
constexpr Column kWall{"wall_ns", Integer, kNs, "engine time of the record"};
constexpr Column kInstrument{"instrument", Text, "", "venue:symbol; NULL: not about one"};
constexpr Column kStrategy{"strategy", Text, "", "name; 'unallocated' for orders of no strategy"};
constexpr Column kAccount{"account", Integer, "", "number of the account"};
constexpr Column kOrder{"order_id", Text, "", "epoch.counter"};
constexpr Column kSide{"side", Text, "", "buy or sell"};
constexpr Column kCurrency{"currency", Text, "", "settlement currency of the instrument"};

constexpr std::array kEpochs{
    kLog,
    kSequence,
    kWall,
    Column{"epoch", Integer, "", "number of the start of the process, 1 is the first"},
    Column{"instance", Text, "", "name of the engine"},
    Column{"log_format", Integer, "", "version of the log's format"},
    Column{"seed", Decimal, "", "of the simulated exchange"},
    Column{"config_hash", Text, "16 hex digits", "of the resolved configuration"}};
constexpr std::array kConfigs{kLog, kSequence, kWall,
                              Column{"config", Text, "TOML", "with all defaults written out"}};
constexpr std::array kInstruments{
    kLog,
    Column{"instrument", Text, "", "venue:symbol"},
    Column{"sequence", Integer, "", "record of its last definition"},
    Column{"number", Integer, "", "permanent index in this log"},
    Column{"venue", Text, "", ""},
    Column{"symbol", Text, "", "as the venue writes it"},
    Column{"kind", Text, "", "spot, linear-perpetual, ..."},
    Column{"status", Integer, "", "1 trading, 2 halted, 3 cancel only"},
    Column{"base", Text, "", "currency"},
    Column{"quote", Text, "", "currency"},
    Column{"settle", Text, "", "currency of P&L"},
    Column{"tick", Decimal, kQuote, "price step"},
    Column{"price_min", Decimal, kQuote, "inclusive"},
    Column{"price_max", Decimal, kQuote, "inclusive"},
    Column{"lot", Decimal, kBaseUnits, "quantity step"},
    Column{"qty_min", Decimal, kBaseUnits, "inclusive"},
    Column{"qty_max", Decimal, kBaseUnits, "inclusive"},
    Column{"notional_min", Decimal, "quote currency", "0 is none"},
    Column{"multiplier", Decimal, "units a contract", ""},
    Column{"maker_fee", Decimal, "of the notional", "negative is a rebate"},
    Column{"taker_fee", Decimal, "of the notional", ""}};
constexpr std::array kOrders{
    kLog,
    kOrder,
    Column{"sequence", Integer, "", "of its OrderSent record"},
    kInstrument,
    kStrategy,
    kAccount,
    kSide,
    Column{"type", Text, "", "limit or market"},
    Column{"tif", Text, "", "time in force"},
    Column{"limit_price", Decimal, kQuote, "market orders: the worst price allowed for"},
    Column{"qty", Decimal, kBaseUnits, "ordered"},
    Column{"reduce_only", Integer, "", "1: may only shrink the position"},
    Column{"parent", Text, "", "order_id of the parent; NULL: none"},
    Column{"state", Text, "", "after changed_sequence"},
    Column{"filled", Decimal, kBaseUnits, "cumulative"},
    Column{"code", Text, "", "why the venue rejected it; NULL: it did not"},
    Column{"venue_order_id", Decimal, "", "the venue's number; 0: not known"},
    Column{"cancel_sent", Integer, "", "1: a cancel was sent"},
    Column{"sent_ns", Integer, kNs, "engine time of OrderSent"},
    Column{"changed_ns", Integer, kNs, "engine time of changed_sequence"},
    Column{"changed_sequence", Integer, "", "last record that told something about it"}};
constexpr std::array kOrderEvents{
    kLog,
    kSequence,
    kWall,
    kOrder,
    kInstrument,
    Column{"event", Text, "", "sent, cancel-sent, query-sent, report, changed"},
    Column{"detail", Text, "", "report kind, cancel reason, or state changed to"},
    Column{"code", Text, "", "reject code; NULL: none"},
    Column{"last_price", Decimal, kQuote, "fill reports only"},
    Column{"last_qty", Decimal, kBaseUnits, "fill reports only"},
    Column{"cumulative_qty", Decimal, kBaseUnits, "after the event; NULL: not told"},
    Column{"venue_time_ns", Integer, kNs, "the venue's stamp; NULL: none"}};
constexpr std::array kRefusals{kLog,
                               kSequence,
                               kWall,
                               kInstrument,
                               kStrategy,
                               kAccount,
                               Column{"rule", Text, "", "rule of the gate that refused"},
                               Column{"detail", Integer, "", "rule filter: which filter"},
                               kSide,
                               Column{"limit_price", Decimal, kQuote, ""},
                               Column{"qty", Decimal, kBaseUnits, ""},
                               Column{"observed", Integer, "unit of the rule", ""},
                               Column{"allowed", Integer, "unit of the rule", ""}};
constexpr std::array kFills{
    kLog,
    Column{"sequence", Integer, "", "of the fill's report"},
    kWall,
    kOrder,
    Column{"trade_id", Decimal, "", "unique per instrument at the venue"},
    kInstrument,
    kStrategy,
    kAccount,
    kSide,
    Column{"maker", Integer, "", "1: our order rested"},
    Column{"price", Decimal, kQuote, ""},
    Column{"qty", Decimal, kBaseUnits, ""},
    Column{"fee", Decimal, "fee_currency", "positive is paid"},
    Column{"fee_currency", Text, "", "as the venue charged it; NULL: no fee"},
    kCurrency,
    Column{"fee_settle", Decimal, kSettle, "fee valued at the fill price"},
    Column{"realised_delta", Decimal, kSettle, "by average cost, before fees"},
    Column{"cash_delta", Decimal, kSettle, "flow minus fee"},
    Column{"position_after", Decimal, kBaseUnits, "signed, of the strategy"}};
constexpr std::array kPositions{
    kLog,
    kStrategy,
    Column{"instrument", Text, "", "venue:symbol"},
    Column{"sequence", Integer, "", "last record that changed it"},
    kCurrency,
    Column{"qty", Decimal, kBaseUnits, "signed"},
    Column{"cost", Decimal, kSettle, "what the open quantity cost, by average"},
    Column{"realised", Decimal, kSettle, "by average cost, before fees"},
    Column{"fees", Decimal, kSettle, "negative: rebates won"},
    Column{"funding", Decimal, kSettle, "received, contained in cash"},
    Column{"cash", Decimal, kSettle, "flows minus fees"},
    Column{"turnover", Decimal, kSettle, "sum of fill values"},
    Column{"fills", Integer, "", ""},
    Column{"maker_fills", Integer, "", ""}};
constexpr std::array kCash{
    kLog,
    kStrategy,
    kCurrency,
    Column{"sequence", Integer, "", "last record that changed it"},
    Column{"cash", Decimal, kSettle, "flows minus fees over all instruments"},
    Column{"realised", Decimal, kSettle, "before fees"},
    Column{"fees", Decimal, kSettle, ""},
    Column{"funding", Decimal, kSettle, ""}};
constexpr std::array kPnl{
    kLog,
    Column{"day", Text, "YYYY-MM-DD, UTC", "of engine time"},
    kStrategy,
    Column{"instrument", Text, "", "venue:symbol"},
    Column{"sequence", Integer, "", "last record of the day that changed it"},
    kCurrency,
    Column{"realised", Decimal, kSettle, "of this day, before fees"},
    Column{"fees", Decimal, kSettle, "of this day"},
    Column{"net", Decimal, kSettle, "realised minus fees"},
    Column{"fills", Integer, "", "of this day"},
    Column{"position", Decimal, kBaseUnits, "signed, at the last fill of the day"}};
constexpr std::array kFunding{kLog,
                              kSequence,
                              kWall,
                              kInstrument,
                              kStrategy,
                              kAccount,
                              Column{"mark", Decimal, kQuote, ""},
                              Column{"rate", Decimal, "of the notional", ""},
                              Column{"position", Decimal, kBaseUnits, "signed"},
                              Column{"amount", Decimal, "currency", "received when positive"},
                              Column{"currency", Text, "", "of the amount"}};
constexpr std::array kStrategyChanges{kLog,
                                      kSequence,
                                      kWall,
                                      kStrategy,
                                      Column{"from_state", Text, "", ""},
                                      Column{"to_state", Text, "", ""},
                                      Column{"cause", Text, "", ""}};
constexpr std::array kKillChanges{kLog,
                                  kSequence,
                                  kWall,
                                  Column{"latched", Integer, "", "1: the gate is closed"},
                                  Column{"cause", Text, "", ""},
                                  Column{"reason", Text, "", ""}};
constexpr std::array kAdminCommands{
    kLog,
    kSequence,
    kWall,
    Column{"command", Text, "", ""},
    kStrategy,
    Column{"state", Text, "", "set-strategy-state only"},
    Column{"request", Integer, "", "number given by the admin port"},
    Column{"who", Text, "", ""},
    Column{"reason", Text, "", ""}};
constexpr std::array kDeadLetters{
    kLog,
    kSequence,
    kWall,
    kInstrument,
    Column{"input_sequence", Integer, "", "the input nobody could handle"},
    Column{"reason", Text, "", ""}};
constexpr std::array kDays{
    kLog,
    kSequence,
    kWall,
    kStrategy,
    Column{"day", Text, "YYYY-MM-DD, UTC", "the daily limits count from here"},
    Column{"pnl_base", Decimal, "base currency", "P&L since the first start"}};
constexpr std::array kMarkers{kLog, kSequence, kWall,
                              Column{"kind", Text, "", "RunEnded or RecoveryFinished"}};
constexpr std::array kInputCounts{kLog,
                                  Column{"kind", Text, "", "record kind"},
                                  Column{"source", Integer, "", "number of the source"},
                                  Column{"instrument", Text, "", "venue:symbol; '' is none"},
                                  Column{"sequence", Integer, "", "of the last one counted"},
                                  Column{"records", Integer, "", ""},
                                  Column{"bytes", Integer, "bytes", "in the log, headers included"},
                                  Column{"first_ns", Integer, kNs, "engine time of the first"},
                                  Column{"last_ns", Integer, kNs, "engine time of the last"}};

constexpr std::array<TableInfo, kTables> kInfos{{
    {"epochs", "starts of the process", 2, false, kEpochs},
    {"configs", "resolved configurations", 2, false, kConfigs},
    {"instruments", "what is traded", 2, true, kInstruments},
    {"orders", "every order sent, in its newest state", 2, true, kOrders},
    {"order_events", "what happened to orders, one row a record", 2, false, kOrderEvents},
    {"refusals", "orders the gate refused", 2, false, kRefusals},
    {"fills", "fills in the books of the strategies", 2, false, kFills},
    {"positions", "newest position of each strategy in each instrument", 3, true, kPositions},
    {"cash", "newest cash of each strategy in each currency", 3, true, kCash},
    {"pnl", "realised P&L by day, strategy and instrument", 4, true, kPnl},
    {"funding", "funding payments", 2, false, kFunding},
    {"strategy_changes", "states of strategies", 2, false, kStrategyChanges},
    {"kill_changes", "the kill switch", 2, false, kKillChanges},
    {"admin_commands", "commands of the operators", 2, false, kAdminCommands},
    {"dead_letters", "inputs nobody could handle", 2, false, kDeadLetters},
    {"days", "starts of trading days", 2, false, kDays},
    {"markers", "ends of runs and of recoveries", 2, false, kMarkers},
    {"input_counts", "inputs by kind, source and instrument", 4, true, kInputCounts},
}};
}  // namespace

const TableInfo& info_of(Table table) noexcept { return kInfos[index_of(table)]; }
}  // namespace sq::reporting
