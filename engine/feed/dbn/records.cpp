#include "engine/feed/dbn/records.hpp"

namespace sq::feed::dbn {
std::string_view name_of(RecordType type) noexcept {
  switch (type) {
    case RecordType::Trade:
      return "trades";
    case RecordType::Mbp1:
      return "mbp-1";
    case RecordType::Mbp10:
      return "mbp-10";
    case RecordType::OhlcvOld:
      return "ohlcv";
    case RecordType::Status:
      return "status";
    case RecordType::Definition:
      return "definition";
    case RecordType::Imbalance:
      return "imbalance";
    case RecordType::Error:
      return "error";
    case RecordType::SymbolMapping:
      return "symbol mapping";
    case RecordType::System:
      return "system";
    case RecordType::Statistics:
      return "statistics";
    case RecordType::Ohlcv1s:
      return "ohlcv-1s";
    case RecordType::Ohlcv1m:
      return "ohlcv-1m";
    case RecordType::Ohlcv1h:
      return "ohlcv-1h";
    case RecordType::Ohlcv1d:
      return "ohlcv-1d";
    case RecordType::OhlcvEod:
      return "ohlcv-eod";
    case RecordType::Mbo:
      return "mbo";
    case RecordType::Cmbp1:
      return "cmbp-1";
    case RecordType::Cbbo1s:
      return "cbbo-1s";
    case RecordType::Cbbo1m:
      return "cbbo-1m";
    case RecordType::Tcbbo:
      return "tcbbo";
    case RecordType::Bbo1s:
      return "bbo-1s";
    case RecordType::Bbo1m:
      return "bbo-1m";
  }
  return {};
}

std::size_t bytes_of(RecordType type, std::uint8_t version) noexcept {
  switch (type) {
    case RecordType::Trade:
      return 48;
    case RecordType::Mbp10:
      return 368;
    case RecordType::OhlcvOld:
    case RecordType::Ohlcv1s:
    case RecordType::Ohlcv1m:
    case RecordType::Ohlcv1h:
    case RecordType::Ohlcv1d:
    case RecordType::OhlcvEod:
    case RecordType::Mbo:
      return 56;
    case RecordType::Status:
      return 40;
    case RecordType::Definition:
      return version == 1 ? 360 : version == 2 ? 400 : 520;
    case RecordType::Imbalance:
      return 112;
    case RecordType::Error:
    case RecordType::System:
      return version == 1 ? 80 : 320;
    case RecordType::SymbolMapping:
      return version == 1 ? 80 : 176;
    case RecordType::Statistics:
      return version == 3 ? 80 : 64;
    case RecordType::Mbp1:
    case RecordType::Cmbp1:
    case RecordType::Cbbo1s:
    case RecordType::Cbbo1m:
    case RecordType::Tcbbo:
    case RecordType::Bbo1s:
    case RecordType::Bbo1m:
      return 80;
  }
  return 0;
}
}  // namespace sq::feed::dbn
