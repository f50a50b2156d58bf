#include "tools/crash/oracle.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "engine/wal/reader.hpp"
#include "engine/wal/verify.hpp"
#include "tools/crash/messages.hpp"

namespace crash {
namespace {
class Witness {
 public:
  Witness(std::filesystem::path log, int pipe, int socket)
      : log_{std::move(log)}, pipe_{pipe}, socket_{socket} {}

  void serve() {
    for (;;) {
      pollfd wait[2]{{pipe_, POLLIN, 0}, {socket_, POLLIN, 0}};
      if (::poll(wait, 2, -1) < 0 && errno != EINTR) return;
      hear();
      if (wait[1].revents == 0) continue;
      Question question;
      if (::recv(socket_, &question, sizeof question, 0) != sizeof question) return;
      hear();  // all that the dead one said
      compare(question);
      if (question.forget) {
        known_.clear();
        heard_ = 0;
        sent_ = 0;
        counted_ = 0;
      }
      if (::send(socket_, &verdict_, sizeof verdict_, 0) != sizeof verdict_) return;
    }
  }

 private:
  void hear() {
    Message messages[256];
    for (;;) {
      const ssize_t n = ::read(pipe_, messages, sizeof messages);
      if (n <= 0) return;
      for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(Message); ++i)
        remember(messages[i]);
    }
  }
  void remember(const Message& message) {
    if (known_.size() < message.sequence) known_.resize(message.sequence);
    known_[message.sequence - 1] = message.fingerprint;
    heard_ = std::max(heard_, message.sequence);
    if (message.said == Said::Sent) {
      ++verdict_.sent;
      sent_ = std::max(sent_, message.sequence);
    } else {
      ++verdict_.acknowledged;
    }
  }
  void blame(std::uint64_t& what, const std::string& words) {
    ++what;
    if (verdict_.first[0] == '\0')
      std::snprintf(verdict_.first.data(), verdict_.first.size(), "%s", words.c_str());
  }

  void compare(const Question& question) {
    ++verdict_.checks;
    std::uint64_t last = 0;
    try {
      sq::wal::Reader reader{log_};
      while (const sq::RecordHeader* record = reader.next()) look_at(*record, last);
      const sq::wal::ReaderStatus& status = reader.status();
      if (status.condition != sq::wal::Condition::End)
        blame(verdict_.refused, status.file.string() + " offset " + std::to_string(status.offset) +
                                    ": " + status.what);
      if (question.closed && sq::wal::verify(log_).condition != sq::wal::Condition::Ok)
        blame(verdict_.refused, "closed in order, but not whole");
    } catch (const sq::wal::LogError& error) {
      if (heard_ == 0) return;  // killed before there was a log
      blame(verdict_.refused, error.what());
    }
    if (last < sent_)
      blame(verdict_.sent_unlogged,
            "sent " + std::to_string(sent_) + ", the log ends with " + std::to_string(last));
    for (std::uint64_t sequence = last + 1; sequence <= heard_; ++sequence)
      blame(verdict_.lost, "record " + std::to_string(sequence) + " is lost, the log ends with " +
                               std::to_string(last));
    if (last > heard_ + 1 && !question.lagging) blame(verdict_.invented, "records nobody appended");
    verdict_.in_flight += last - std::min(last, heard_);
    heard_ = last;  // what was seen must stay as well
  }
  void look_at(const sq::RecordHeader& record, std::uint64_t& last) {
    if (record.sequence != last + 1)
      blame(verdict_.holes,
            "after " + std::to_string(last) + " comes " + std::to_string(record.sequence));
    last = record.sequence;
    if (record.sequence == 0) return;
    if (record.sequence > counted_) ++verdict_.records;
    counted_ = std::max(counted_, record.sequence);
    const std::uint64_t print = fingerprint(record);
    if (record.sequence <= heard_ && known_[record.sequence - 1] != print)
      blame(verdict_.altered, "record " + std::to_string(record.sequence) + " has other bytes");
    if (record.sequence <= heard_) return;
    if (known_.size() < record.sequence) known_.resize(record.sequence);
    known_[record.sequence - 1] = print;
  }

  std::filesystem::path log_;
  int pipe_;
  int socket_;
  std::vector<std::uint64_t> known_;  // fingerprint of each sequence from 1
  std::uint64_t heard_{0};            // last that was acknowledged, sent or seen
  std::uint64_t sent_{0};
  std::uint64_t counted_{0};
  Verdict verdict_;
};
}  // namespace

Oracle::Oracle(const std::filesystem::path& log) {
  int ends[2];
  int sockets[2];
  if (::pipe(ends) != 0 || ::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) != 0)
    throw std::system_error(errno, std::generic_category(), "crash: pipe to the oracle");
  process_ = ::fork();
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "crash: fork");
  if (process_ == 0) {
    ::close(ends[1]);
    ::close(sockets[0]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    Witness{log, ends[0], sockets[1]}.serve();
    ::_exit(0);
  }
  ::close(ends[0]);
  ::close(sockets[1]);
  pipe_ = ends[1];
  socket_ = sockets[0];
}
Oracle::~Oracle() {
  ::close(pipe_);
  ::close(socket_);
  ::waitpid(process_, nullptr, 0);
}

Verdict Oracle::check(const Question& question) {
  Verdict verdict;
  if (::send(socket_, &question, sizeof question, 0) != sizeof question ||
      ::recv(socket_, &verdict, sizeof verdict, 0) != sizeof verdict)
    throw std::runtime_error("crash: the oracle is gone");
  return verdict;
}
}  // namespace crash
