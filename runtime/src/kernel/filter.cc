// SPDX-License-Identifier: BSD-3-Clause
// What packet sockets let through: a direction, an EtherType, an expression of libpcap. libpcap is
// loaded when there is an expression, so that programs without one do not need it.
#include <dlfcn.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>

#include "kernel.hh"

namespace pmill::runtime {
namespace {

/// The functions of libpcap that compile expressions.
struct Pcap {
  void *library = nullptr;
  decltype(&pcap_open_dead) open = nullptr;
  decltype(&pcap_compile) compile = nullptr;
  decltype(&pcap_geterr) error = nullptr;
  decltype(&pcap_freecode) release = nullptr;
  decltype(&pcap_close) close = nullptr;

  bool load() {
    for (const char *name : {"libpcap.so.0.8", "libpcap.so.1", "libpcap.so"})
      if (library = dlopen(name, RTLD_NOW | RTLD_LOCAL); library != nullptr) break;
    return library != nullptr && find("pcap_open_dead", open) && find("pcap_compile", compile) &&
           find("pcap_geterr", error) && find("pcap_freecode", release) &&
           find("pcap_close", close);
  }

 private:
  template <typename F>
  bool find(const char *name, F &function) {
    function = reinterpret_cast<F>(dlsym(library, name));
    return function != nullptr;
  }
};

SocketFilter compile(const std::string &label, std::string_view expression) {
  Pcap pcap;
  if (!pcap.load())
    fail(label, "BPF_FILTER needs libpcap, which is not installed",
         "install it (apt-get install libpcap0.8), or use a Classifier or an IPFilter");
  pcap_t *handle = pcap.open(DLT_EN10MB, 1 << 18);
  bpf_program program{};
  if (pcap.compile(handle, &program, std::string(expression).c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    fail(label,
         "libpcap does not understand BPF_FILTER " + quoted(expression) + ": " + pcap.error(handle),
         "man pcap-filter explains the expressions");
  SocketFilter filter;
  for (unsigned i = 0; i < program.bf_len; ++i) {
    const bpf_insn &in = program.bf_insns[i];
    filter.push_back({in.code, in.jt, in.jf, in.k});
  }
  pcap.release(&program);
  pcap.close(handle);
  return filter;
}

/// Loads what the kernel knows of a packet beside its bytes.
void load(SocketFilter &filter, int what) {
  filter.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(SKF_AD_OFF + what)});
}

}  // namespace

SocketFilter make_filter(const std::string &label, const SocketRequest &request) {
  // Nobody takes what a socket receives that only sends.
  if (!request.receives) return {{BPF_RET | BPF_K, 0, 0, 0}};
  SocketFilter filter;
  if (!request.outbound) {
    load(filter, SKF_AD_PKTTYPE);
    filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PACKET_OUTGOING});
    filter.push_back({BPF_RET | BPF_K, 0, 0, 0});
  }
  if (request.protocol != 0) {
    load(filter, SKF_AD_PROTOCOL);
    filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 1, 0, request.protocol});
    filter.push_back({BPF_RET | BPF_K, 0, 0, 0});
  }
  SocketFilter last{{BPF_RET | BPF_K, 0, 0, UINT32_MAX}};
  if (!request.filter.empty()) last = compile(label, request.filter);
  filter.insert(filter.end(), last.begin(), last.end());
  return filter;
}

}  // namespace pmill::runtime
