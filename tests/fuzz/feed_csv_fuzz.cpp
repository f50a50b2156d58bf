// The text formats of market data: each byte string is turned into lines of likely words, or taken
// as it is (a zip archive, perhaps), and read to its end by one of the formats. A file that cannot
// be read is refused with a reason; nothing else may happen.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "engine/feed/csv/binance_public.hpp"
#include "engine/feed/csv/lobster.hpp"
#include "engine/feed/csv/tardis.hpp"
#include "engine/types/check.hpp"

namespace {
using namespace sq;
using namespace sq::feed;

constexpr std::string_view kHeaders[] = {
    "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n",
    "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n",
    "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n",
    "exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,"
    "bids[0].amount\n",
    "id,price,qty,quote_qty,time,is_buyer_maker\n",
    "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"
    "event_time\n",
    ""};
// Rows that are nearly right, then their pieces.
constexpr std::string_view kWords[] = {"x,BTC,1000000,1000001,true,bid,100,5\n",
                                       "x,BTC,1000000,1000002,false,ask,101.5,0\n",
                                       "x,ETH,1000003,1000003,false,bid,99,1e-7\n",
                                       "x,BTC,1,2,77,buy,9,1\n",
                                       "x,BTC,1,2,1,2,3,4\n",
                                       "1,2.5,3,4,1700000000000,true\n",
                                       "1,1,1,1,1,1700000000000,1700000000001\n",
                                       "34200.5,1,7,10,1000000,1\n",
                                       "34201,3,7,10,1000000,1\n",
                                       "34202,7,0,0,-1,-1\n",
                                       "1000,2,3,2,3,1,1999,1,1,1,1,0\n",
                                       ",",
                                       "\n",
                                       "\r\n",
                                       ".",
                                       "-",
                                       "e",
                                       "0",
                                       "9",
                                       "18446744073709551615",
                                       "99999999999999999999",
                                       "true",
                                       "False",
                                       "bid",
                                       "ask",
                                       "sell",
                                       "BTC",
                                       "1700000000000000",
                                       "0.000000001",
                                       "\"",
                                       " ",
                                       "x"};

std::string text_of(const std::uint8_t* data, std::size_t size) {
  std::string text{kHeaders[data[0] / 8 % std::size(kHeaders)]};
  for (std::size_t i = 1; i < size; ++i) text += kWords[data[i] % std::size(kWords)];
  return text;
}

// A file in memory, by a path of its own.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_{::memfd_create("fuzz", 0)} {
    SQ_CHECK(descriptor_ >= 0 && ::write(descriptor_, bytes.data(), bytes.size()) ==
                                     static_cast<::ssize_t>(bytes.size()));
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void read_all(const FileFormat& format, const std::string& path) {
  FileOptions options;
  options.midnight = WallTime{kNsPerDay};
  try {
    const auto file = format.open(path, options);
    std::uint64_t sequence = 0;
    for (; file->peek() != nullptr; file->pop()) {
      SQ_CHECK(file->peek()->source_sequence == ++sequence);
      SQ_CHECK(index_of(file->peek()->instrument) < file->symbols().size());
    }
    SQ_CHECK(file->counters().first_anomalies.size() <= file->counters().anomalies);
  } catch (const std::runtime_error& error) {
    SQ_CHECK(std::string_view{error.what()}.starts_with(path));
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view raw{reinterpret_cast<const char*>(data), size};
  const MemoryFile file{(data[0] & 0x80) != 0 ? std::string{raw.substr(1)} : text_of(data, size)};
  switch (data[0] % 8) {
    case 0:
    case 1:
      return read_all(csv::tardis_format(), file.path()), 0;
    case 2:
      return read_all(csv::lobster_format(), file.path()), 0;
    default:
      return read_all(csv::binance_formats()[data[0] % 8 % 4], file.path()), 0;
  }
}
