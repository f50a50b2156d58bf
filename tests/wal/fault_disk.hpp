// The real disk with faults in front of it: a chosen call fails, writes are cut short, syncs are
// slow, room is limited. What is not hit goes through, so every other byte is real.
#pragma once

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <poll.h>

#include "engine/wal/disk.hpp"

namespace sq::wal::test {
class FaultDisk final : public Disk {
 public:
  enum class Call : std::uint8_t { None, Any, Open, Write, Sync, Allocate, Rename, SyncDirectory };
  // The nth call (from 1) of that kind fails with `error`; sticky: all later ones too.
  void fail(Call call, std::uint64_t nth, int error, bool sticky) {
    chosen_ = call;
    nth_ = nth;
    error_ = error;
    sticky_ = sticky;
    seen_ = 0;
  }
  void heal() { chosen_ = Call::None; }
  void room(std::uint64_t bytes) { room_ = bytes; }  // that allocate() still grants
  void write_at_most(std::size_t bytes) { write_max_ = bytes; }
  void interrupt_every_write(int error) { interrupt_ = error; }  // each first try
  void delay_syncs(std::chrono::milliseconds delay) { delay_ms_ = delay.count(); }
  [[nodiscard]] std::uint64_t calls(Call call) const { return counts_[index(call)]; }
  [[nodiscard]] bool hit() const { return hit_; }

  int open(const std::filesystem::path& path, int flags, int& fd) noexcept override {
    if (const int error = pass(Call::Open); error != 0) return error;
    return Disk::system().open(path, flags, fd);
  }
  int write(int fd, const void* bytes, std::size_t n, std::uint64_t at,
            std::size_t& written) noexcept override {
    written = 0;
    interrupted_ = !interrupted_;
    if (interrupt_ != 0 && interrupted_) return interrupt_;
    if (const int error = pass(Call::Write); error != 0) return error;
    return Disk::system().write(fd, bytes, n < write_max_ ? n : write_max_, at, written);
  }
  int sync_data(int fd) noexcept override {
    if (delay_ms_ != 0) ::poll(nullptr, 0, static_cast<int>(delay_ms_));
    if (const int error = pass(Call::Sync); error != 0) return error;
    return Disk::system().sync_data(fd);
  }
  int allocate(int fd, std::uint64_t bytes) noexcept override {
    if (const int error = pass(Call::Allocate); error != 0) return error;
    if (bytes > room_) return ENOSPC;
    room_ -= bytes;
    return Disk::system().allocate(fd, bytes);
  }
  int truncate(int fd, std::uint64_t bytes) noexcept override {
    if (const int error = pass(Call::None); error != 0) return error;
    return Disk::system().truncate(fd, bytes);
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) noexcept override {
    if (const int error = pass(Call::Rename); error != 0) return error;
    return Disk::system().rename(from, to);
  }
  int unlink(const std::filesystem::path& path) noexcept override {
    if (const int error = pass(Call::None); error != 0) return error;
    return Disk::system().unlink(path);
  }
  int sync_directory(const std::filesystem::path& dir) noexcept override {
    if (const int error = pass(Call::SyncDirectory); error != 0) return error;
    return Disk::system().sync_directory(dir);
  }
  int make_directory(const std::filesystem::path& dir) noexcept override {
    return Disk::system().make_directory(dir);
  }
  int free_bytes(const std::filesystem::path&, std::uint64_t& bytes) noexcept override {
    bytes = room_;
    return 0;
  }

 private:
  static std::size_t index(Call call) { return static_cast<std::size_t>(call); }
  // Call::None: a call that only Call::Any chooses.
  int pass(Call call) noexcept {
    ++counts_[index(call)];
    ++counts_[index(Call::Any)];
    if (chosen_ == Call::None || (chosen_ != Call::Any && chosen_ != call)) return 0;
    ++seen_;
    if (seen_ != nth_ && !(sticky_ && seen_ > nth_)) return 0;
    hit_ = true;
    return error_;
  }

  std::atomic<Call> chosen_{Call::None};
  std::uint64_t nth_{0};
  std::uint64_t seen_{0};
  int error_{0};
  bool sticky_{false};
  std::atomic<bool> hit_{false};
  std::atomic<std::uint64_t> room_{~std::uint64_t{0}};
  std::size_t write_max_{~std::size_t{0}};
  int interrupt_{0};
  bool interrupted_{false};
  std::atomic<std::int64_t> delay_ms_{0};
  std::atomic<std::uint64_t> counts_[8]{};
};
}  // namespace sq::wal::test
