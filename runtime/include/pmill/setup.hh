// SPDX-License-Identifier: BSD-3-Clause
// What the elements of a program need before it runs. Each element's `configure(args, setup)`
// says so here, before EAL starts and memory is reserved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <pmill/interface.hh>
#include <pmill/request.hh>
#include <string>
#include <string_view>
#include <vector>

namespace pmill {

/// Ends the program, releasing what it holds: one sentence about what is wrong and, in `hint`,
/// what to do. `element` is `name :: Class`, or empty.
[[noreturn]] void fail(std::string_view element, std::string_view message,
                       std::string_view hint = {});

/// The device that a port's name means: pmill:0 is net_pmill0. Other names stay as they are.
std::string device_name(const std::string &port);

/// Makes the program's exit status 1 when it ends: it goes on, but did not do all it was to do.
void note_failure();

class Setup {
 public:
  Setup();
  ~Setup();
  Setup(const Setup &) = delete;
  Setup &operator=(const Setup &) = delete;

  /// A request of an element for a port, in the order of the configuration.
  template <typename Request>
  struct Entry {
    std::string element;  // its name
    std::string label;    // `name :: Class`, for messages
    std::string port;
    Request request;
  };

  /// Says which element speaks from now on. Called by the generated program.
  void element(std::string_view name, std::string_view element_class, int home);

  /// The name of the element that speaks.
  std::string_view name() const { return element_; }

  /// Buffers must have room for packets of this many bytes after the usual headroom.
  void buffers(std::size_t data_bytes) {
    if (data_bytes > data_bytes_) data_bytes_ = data_bytes;
  }
  /// The element keeps up to `n` packets in each worker.
  void keep(std::size_t n) { kept_ += n; }
  /// Packets leave objects of so many bytes in their buffers; 0: they never do.
  void leave(std::size_t packet_bytes) { packet_bytes_ = packet_bytes; }
  /// The random numbers of the program repeat from run to run.
  void seed(std::uint32_t seed) { seed_ = seed; }
  /// The element receives from a port: a number, a PCI address or a device name.
  void receive(std::string_view port, const RxRequest &request);
  /// The element sends to a port.
  void transmit(std::string_view port, const TxRequest &request);
  /// The element serves the control protocol.
  void serve(const ControlRequest &request);
  /// The element uses an Ethernet interface that is there; returns the port that it becomes. Ends
  /// the program when that cannot be: no such interface, not up, no permission.
  std::string use_interface(std::string_view name, const SocketRequest &request);
  /// The element joins a virtual interface that the program makes; returns its port. With an empty
  /// name, the first of tap0, tap1, ... that is free. Ends the program when it cannot be made.
  std::string make_tap(std::string_view name, const TapRequest &request);
  /// Ends the program with a message that names the element.
  [[noreturn]] void fail(std::string_view message, std::string_view hint = {}) const {
    pmill::fail(label_, message, hint);
  }

  std::size_t data_bytes() const { return data_bytes_; }
  std::size_t kept() const { return kept_; }
  std::size_t packet_bytes() const { return packet_bytes_; }
  std::optional<std::uint32_t> seed() const { return seed_; }
  const std::vector<Entry<RxRequest>> &receive() const { return receive_; }
  const std::vector<Entry<TxRequest>> &transmit() const { return transmit_; }
  const std::vector<KernelPort> &kernel_ports() const { return kernel_ports_; }
  /// Whether some element uses a port that the program does not make itself.
  bool uses_given_ports() const;

 private:
  KernelPort *find_interface(std::string_view name);
  KernelPort &claim(std::string_view name, bool is_tap, bool receives);

  std::string element_;
  std::string label_;
  int home_ = kAnyWorker;
  std::size_t data_bytes_ = 2048;
  std::size_t kept_ = 0;
  std::size_t packet_bytes_ = 0;
  std::optional<std::uint32_t> seed_;
  std::vector<Entry<RxRequest>> receive_;
  std::vector<Entry<TxRequest>> transmit_;
  std::vector<KernelPort> kernel_ports_;
};

}  // namespace pmill
