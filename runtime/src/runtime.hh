// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the runtime share among themselves.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <pmill/eal.hh>
#include <pmill/options.hh>
#include <pmill/port.hh>
#include <pmill/report.hh>
#include <pmill/run.hh>
#include <pmill/setup.hh>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pmill::runtime {

/// Quotes a name for a message.
std::string quoted(std::string_view text);
/// The items with ", " between them.
std::string joined(const std::vector<std::string> &items);
/// The parts of a text between separators.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Number of complete packets in a pcap or pcapng file; nothing when it is neither.
std::optional<std::size_t> count_packets(const std::string &path);

/// A `--vdev` as it is written: a device name and its arguments.
struct VirtualDevice {
  std::string name;
  std::vector<std::pair<std::string, std::string>> arguments;
};
/// The virtual devices that EAL arguments make, in order.
std::vector<VirtualDevice> virtual_devices(const std::vector<std::string> &eal);
/// Ends the program when a file that a net_pcap device is to read or write cannot be.
void check_captures(const std::vector<VirtualDevice> &devices);
/// Finds the captures that net_pcap devices could not write to their end, which the devices
/// themselves do not notice: cuts them to whole packets, and says so. The ports are closed.
void verify_captures(const std::vector<VirtualDevice> &devices);
/// Whether a device reads its captures once and keeps all packets in buffers (infinite_rx): each in
/// one, or the driver refuses them.
bool keeps_captures(const VirtualDevice &device);
/// Buffers that devices take for themselves before anything is received.
std::size_t captured_packets(const std::vector<VirtualDevice> &devices);

/// A network device on PCI, and the kernel's driver that it is bound to.
struct Nic {
  std::string address, driver;
  bool usable;  // by DPDK
};
/// All that the kernel lists in a folder, by address.
std::vector<Nic> nics(const std::string &devices);
/// A sentence about them, for hints.
std::string about_nics(const std::string &devices = "/sys/bus/pci/devices");
/// Where hints about the machine lead.
inline constexpr std::string_view kDoctor = "; pmill doctor looks at the whole machine";

/// The complete arguments for EAL: the user's, and what is missing. `uses_ports`: the program may
/// mean devices that the user did not name.
std::vector<std::string> eal_arguments(const Options &options, bool uses_ports,
                                       std::size_t megabytes);
/// The prefix of EAL's files that only this process uses.
std::string file_prefix();
/// CPUs that this process may use.
std::vector<unsigned> allowed_cpus();

/// Sizes of a buffer pool.
struct PoolPlan {
  std::size_t buffers = 0;
  std::size_t data_room = 0;  // bytes of a buffer, headroom included
  std::size_t private_bytes = 0;
  std::size_t bytes() const;
};
/// What the pools of a program must be. `descriptors` is the sum over all queues, `captured`
/// what devices keep for themselves.
PoolPlan plan_pool(const Setup &setup, std::size_t workers, std::size_t descriptors,
                   std::size_t captured, const Options &options);
/// Makes the pool of mbufs of a socket, or returns the one that was made.
rte_mempool *mbufs_of(int socket);
/// Makes the pool that a worker takes buffers from.
BufferPool pool_of(const WorkerStatus &worker);
/// Ends all of these.
void end_pools();
/// Counts buffers when ports have stopped and workers have ended: none is in use then but what
/// devices keep that are memory themselves, such as net_ring. In the exchanging model, where no
/// device is, it complains of those that are.
BufferCounts account_for_buffers();

/// The workers that use a queue of a port, and the lock for when there are several.
struct QueueUse {
  std::vector<unsigned> workers;
  rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;
};

struct PortState;

/// What stands for the driver of a port that is none of DPDK's. Its queues are polled as others
/// are.
class PortDriver {
 public:
  /// Makes the queues; the pools exist.
  virtual void configure(PortState &port) = 0;
  virtual void start(PortState &port) = 0;
  virtual PortCounts counts() = 0;
  virtual void stop() = 0;

 protected:
  ~PortDriver() = default;
};

/// A port and everything asked of it.
struct PortState {
  std::uint16_t id = 0;
  std::string name;
  rte_eth_dev_info info{};
  int socket = 0;
  PortDriver *driver = nullptr;  // nullptr: the port is DPDK's
  bool fills_all = false;        // packets come in all of its queues, whoever takes them
  std::vector<const Setup::Entry<RxRequest> *> receivers;
  std::vector<const Setup::Entry<TxRequest> *> transmitters;
  unsigned rx_queues = 0, tx_queues = 0;
  std::uint16_t rx_descriptors = 0, tx_descriptors = 0;
  std::uint32_t mtu = 0;  // 0: the device's own
  bool whole = false;     // every frame that it receives is one buffer
  PortClock clock{};
  bool started = false;
  PortCounts counts{};                             // when the port was stopped
  std::deque<QueueUse> rx_users, tx_users;         // by queue
  std::vector<void *> exchanged_rx, exchanged_tx;  // the program's side of queues, by queue
};
/// Whether a device is one that EAL arguments made (--vdev).
bool is_virtual(const rte_eth_dev_info &info);
/// All ports in use, by their number.
std::deque<PortState> &ports();
/// The node of the pool that a port's elements want its buffers from.
int pool_socket(const PortState &port);

/// Finds the ports that elements ask for and shares their queues out among the workers.
void assign_ports(const Setup &setup, unsigned workers);
/// Tells the queues of a port whether all its frames are one buffer each.
void tell_whole(const PortState &port);
/// The MTU that a request for a port implies, 0 when it leaves that to the device.
inline constexpr unsigned kJumboMtu = 9216;
unsigned wanted_mtu(const RxRequest &request);
/// Configures a port and its queues; the pools exist.
void configure_port(PortState &port);
/// Starts a port.
void start_port(PortState &port);
/// What ports need whose drivers exchange buffers with the program: exchange.cc. Before their
/// queues are set up; after; when the port runs; when it has stopped.
#ifdef PMILL_METADATA_XCHANGE
void take_over(const PortState &port);
void connect_queues(PortState &port);
void fill_queues(PortState &port);
void empty_queues(PortState &port);
/// Lets those who use a port's queues find what they exchange buffers with.
void share_exchanged(const PortState &port);
#else
inline void take_over(const PortState &) {}
inline void connect_queues(PortState &) {}
inline void fill_queues(PortState &) {}
inline void empty_queues(PortState &) {}
#endif

/// Makes the rules of a file in testpmd's `flow create` syntax.
void load_flow_rules(const PortState &port, const Setup::Entry<RxRequest> &entry);

/// What a program that uses interfaces of the kernel does about them; others do not contain it.
struct KernelHooks {
  void (*make_ports)(const Setup &, unsigned workers) = nullptr;  // EAL runs
  void (*port_started)(PortState &) = nullptr;
};

/// A port of this name is the interface behind the prefix, through AF_XDP sockets.
inline constexpr std::string_view kXdpPrefix = "xdp:";

/// What a program with such ports does about them; others do not contain it.
struct XdpHooks {
  /// Before EAL starts: ends the program when an interface cannot be used.
  void (*claim_interfaces)(const Setup &, const Options &) = nullptr;
  /// Bytes that a frame needs in a buffer, behind the usual headroom.
  std::size_t (*frame_bytes)() = nullptr;
  /// The most buffers that the rings of all ports hold if elements name no number.
  std::size_t (*ring_buffers)() = nullptr;
  /// Makes a port of an interface; false when there is none, which its element allows.
  bool (*make_port)(std::string_view interface, PortState &port) = nullptr;
};

/// What a library does differently from a program; others do not contain it.
struct LibraryHooks {
  /// Makes a port that is the application's; false when there are too many.
  bool (*make_port)(std::string_view name, PortState &port) = nullptr;
  /// Told why the library cannot go on; comes back when only ending the process is left.
  void (*failed)(std::string_view message) = nullptr;
};

/// The pool of a NUMA node.
struct SocketPool {
  int socket;
  rte_mempool *pool;
};

/// Everything that the parts of a run have in common.
struct State {
  KernelHooks kernel;
  XdpHooks xdp;
  LibraryHooks library;
  Options options;
  const Setup *setup = nullptr;
  std::unique_ptr<WorkerStatus[]> workers;
  std::size_t worker_count = 0;
  Clock clock;
  PoolPlan pool_plan;
  std::vector<SocketPool> pools;
  rte_mempool *given_pool = nullptr;  // of the application, instead of these
  double seconds = 0;
  bool eal_runs = false;
  std::size_t kept_buffers = 0;     // that a device has not given back
  std::atomic<bool> failed{false};  // the exit status is 1
};
State &state();

/// Ends the program, whoever wishes that it goes on.
inline void stop_program() { g_attention.fetch_or(attention::kStop, std::memory_order_relaxed); }

/// Finds the ports that --expect names.
void find_expected(const Options &options);
/// Whether anything is expected.
bool expects();

/// Writes the handlers that the command line names; ends the program when one refuses.
void write_handlers(const Options &options);
/// Prints the handlers that the command line names; the program's exit status.
int read_handlers(const Options &options);

/// The status of every worker.
std::span<WorkerStatus> workers();
/// Makes the workers, and initialises their elements. Ends the program where an element cannot be.
using Workers = std::vector<std::unique_ptr<Worker, void (*)(Worker *)>>;
Workers make_workers(const ProgramInfo &program);
/// Starts the ports.
void start_ports();
/// Stops the ports; their counters stay readable until the end.
void stop_ports();

/// The worker that runs an instance: where it is placed, or whose turn it is among those that are
/// shared out. Of what every worker runs, the first.
unsigned home_of(const ProgramInfo &program, std::size_t instance);

/// Two workers whose packets come to an instance that serves one, and the task of the second.
struct Crowd {
  const InstanceInfo &element;
  std::string_view from;
  std::array<unsigned, 2> workers;
  std::string_view why;
};
/// Returns such workers; none when nothing is wrong.
std::optional<Crowd> find_crowd(const ProgramInfo &program);
/// Ends the program when there are some.
void refuse_crowds(const ProgramInfo &program);

}  // namespace pmill::runtime
