// SPDX-License-Identifier: BSD-3-Clause
// Attaches an XDP program to an interface and leaves it there:
//   attach ours INTERFACE    pmill's, as a kernel before 5.9 has it and a killed program leaves it
//   attach other INTERFACE   one of somebody else, which lets all frames pass
#include <net/if.h>
#include <unistd.h>

#include <string_view>

#include "xdp/program.cc"

namespace {

int attach_other(unsigned interface) {
  const bpf_insn pass[] = {
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  const int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "somebodys", "GPL", pass, 2, nullptr);
  return bpf_xdp_attach(static_cast<int>(interface), program, XDP_FLAGS_DRV_MODE, nullptr);
}

int attach_ours(unsigned interface) {
  using pmill::xdp::Program;
  static Program program;
  if (program.load(1) != 0) return 1;
  return program.attach(interface, Program::Way::by_netlink).error;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const unsigned interface = if_nametoindex(argv[2]);
  _exit(argv[1] == std::string_view("ours") ? attach_ours(interface) : attach_other(interface));
}
