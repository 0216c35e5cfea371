// SPDX-License-Identifier: BSD-3-Clause
// The XDP program that hands an interface's frames to sockets.
#pragma once

#include <cstdint>
#include <string>

namespace pmill::xdp {

/// The program, loaded, and the map that says which queue's frames go to which socket. Frames of a
/// queue without a socket go on to the kernel, as if there were no program.
///
/// It is attached by a link that belongs to this process: the kernel takes it off when the process
/// ends, however it ends. A kernel that knows no such links (before Linux 5.9) has it attached by
/// netlink; there a program that is killed leaves it behind, and the next one finds it.
class Program {
 public:
  /// How programs are attached; `by_netlink` as kernels before 5.9 would.
  enum class Way : std::uint8_t { best, by_netlink };

  Program() = default;
  ~Program() { detach(); }
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  /// Loads the program for so many queues; errno or 0.
  [[nodiscard]] int load(unsigned queues);

  /// What keeps a program from being attached.
  enum class Obstacle : std::uint8_t { none, other_program, error };
  struct Result {
    Obstacle obstacle = Obstacle::none;
    int error = 0;      // errno
    std::string other;  // the other program: its name and number
  };
  /// Attaches the program to an interface, in the driver where that can run programs, else in the
  /// kernel. What an ended program of ours has left is taken off before; others' is not touched.
  [[nodiscard]] Result attach(unsigned interface, Way way = Way::best);
  void detach();
  /// Whether the kernel runs the program, and not the interface's driver.
  bool generic() const { return generic_; }

  /// Gives a queue's frames to a socket from now on; errno or 0.
  [[nodiscard]] int direct(unsigned queue, int socket) const;

 private:
  int link(unsigned interface, Way way, std::uint32_t mode);

  int map_ = -1, program_ = -1, link_ = -1;
  unsigned attached_ = 0;  // the interface, where it is attached by netlink
  bool generic_ = false;
};

}  // namespace pmill::xdp
