// One DBN record after the other to records of ours. The rules are in dbn_file.hpp.
// Thread: one. Cost: 10 to 20 ns a record. Errors: AnomalyLog. The record's length was checked.
#pragma once

#include <cstdint>
#include <string>

#include "engine/feed/anomaly_log.hpp"
#include "engine/feed/dbn/instruments.hpp"
#include "engine/feed/dbn/output.hpp"
#include "engine/feed/dbn/records.hpp"

namespace sq::feed::dbn {
struct MboCounts {  // by action
  std::uint64_t adds{0}, cancels{0}, modifies{0}, clears{0}, trades{0}, fills{0}, none{0};
};

class Converter {
 public:
  Converter(const Metadata& metadata, Instruments& instruments, Output& output,
            AnomalyLog& anomalies)
      : version_{metadata.version},
        tbbo_{metadata.schema == kSchemaTbbo},
        instruments_{instruments},
        output_{output},
        anomalies_{anomalies} {}

  // `position` is for anomalies.
  void convert(RecordView record, std::uint64_t position);
  [[nodiscard]] const MboCounts& mbo_counts() const noexcept { return mbo_; }
  [[nodiscard]] std::uint64_t suspect_books() const noexcept { return suspect_books_; }

 private:
  enum class Quote : std::uint8_t { TradeFirst, QuoteFirst, NoTrade };

  void mbo(const MboView& record);
  void order(const MboView& record, Listing& listing);
  void book_flags(const MboView& record, Listing& listing);
  void quote_order(const MboView& record, Listing& listing);
  void trade(std::int64_t price, std::uint32_t size, char side, std::uint32_t sequence,
             Listing& listing);
  void quote(const QuoteView& record, Quote kind);
  void ten_levels(const QuoteView& record);
  void candle(const OhlcvView& record, std::int64_t span_ns);
  void status(const StatusView& record);
  void definition(const DefinitionView& record);
  void symbol_mapping(const SymbolMappingView& record);
  [[nodiscard]] Listing& begin(const RecordView& record, std::uint64_t received);
  [[gnu::cold]] void refuse(std::string reason) { anomalies_.add(position_, std::move(reason)); }

  std::uint8_t version_;
  bool tbbo_;
  Instruments& instruments_;
  Output& output_;
  AnomalyLog& anomalies_;
  std::uint64_t position_{0};
  MboCounts mbo_;
  std::uint64_t suspect_books_{0};
};
}  // namespace sq::feed::dbn
