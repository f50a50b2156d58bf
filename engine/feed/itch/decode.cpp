#include "engine/feed/itch/decode.hpp"

namespace sq::feed::itch {
std::string_view name_of(Decoded decoded) noexcept {
  switch (decoded) {
    case Decoded::Ok:
      return "ok";
    case Decoded::Empty:
      return "empty message";
    case Decoded::UnknownType:
      return "unknown message type";
    case Decoded::WrongLength:
      return "message length is not that of its type";
  }
  return "";
}

std::string_view name_of(char type) noexcept {
  switch (type) {
    case 'S':
      return "system event";
    case 'R':
      return "stock directory";
    case 'H':
      return "trading action";
    case 'Y':
      return "Reg SHO restriction";
    case 'L':
      return "market maker position";
    case 'V':
      return "circuit breaker levels";
    case 'W':
      return "circuit breaker status";
    case 'K':
      return "IPO quoting period";
    case 'J':
      return "auction collar";
    case 'h':
      return "operational halt";
    case 'A':
      return "add order";
    case 'F':
      return "add order with MPID";
    case 'E':
      return "order executed";
    case 'C':
      return "order executed with price";
    case 'X':
      return "order cancel";
    case 'D':
      return "order delete";
    case 'U':
      return "order replace";
    case 'P':
      return "trade";
    case 'Q':
      return "cross trade";
    case 'B':
      return "broken trade";
    case 'I':
      return "order imbalance";
    case 'N':
      return "retail interest";
    case 'O':
      return "direct listing";
    default:
      return {};
  }
}
}  // namespace sq::feed::itch
