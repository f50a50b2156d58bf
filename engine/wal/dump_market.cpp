#include "engine/wal/dump_market.hpp"

#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::wal {
void put(Fields& f, const MarketOrder& p) {
  f.text("action", text_of(p.action));
  f.big("order_id", p.order_id);
  if (p.new_order_id != 0) f.big("new_order_id", p.new_order_id);
  if (p.match_id != 0) f.big("match_id", p.match_id);
  if (p.side_known != 0) f.text("side", text_of(p.side));
  f.decimal("price", p.price);
  f.decimal("qty", p.qty);
  f.flag("priced", p.priced != 0);
  f.flag("printable", p.printable != 0);
  f.number("keeps_priority", p.keeps_priority);
  f.flag("event_end", p.event_end != 0);
}
void put(Fields& f, const Candle& p) {
  f.big("open_time", p.open_time.ns);
  f.big("close_time", p.close_time.ns);
  f.decimal("open", p.open);
  f.decimal("high", p.high);
  f.decimal("low", p.low);
  f.decimal("close", p.close);
  f.text("volume", to_text(p.volume.raw(), VolumeSum::kDecimals));
  f.text("quote_volume", to_text(p.quote_volume.raw(), VolumeSum::kDecimals));
  f.text("taker_buy_volume", to_text(p.taker_buy_volume.raw(), VolumeSum::kDecimals));
  f.text("taker_buy_quote_volume", to_text(p.taker_buy_quote_volume.raw(), VolumeSum::kDecimals));
  f.big("trades", p.trades);
  f.text("of", text_of(p.of));
}
}  // namespace sq::wal
