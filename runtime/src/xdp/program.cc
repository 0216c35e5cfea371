// SPDX-License-Identifier: BSD-3-Clause
#include "program.hh"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <optional>

namespace pmill::xdp {
namespace {

constexpr const char *kName = "pmill_xdp";

/// return bpf_redirect_map(&sockets, context->rx_queue_index, XDP_PASS);
/// Where the map has no socket, the last argument is returned (Linux 5.3).
int load_instructions(int map) {
  const bpf_insn instructions[] = {
      // r2 = context->rx_queue_index
      {.code = BPF_LDX | BPF_MEM | BPF_W,
       .dst_reg = BPF_REG_2,
       .src_reg = BPF_REG_1,
       .off = offsetof(xdp_md, rx_queue_index),
       .imm = 0},
      // r1 = &sockets: two instructions for one
      {.code = BPF_LD | BPF_IMM | BPF_DW,
       .dst_reg = BPF_REG_1,
       .src_reg = BPF_PSEUDO_MAP_FD,
       .off = 0,
       .imm = map},
      {.code = 0, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
      // r3 = XDP_PASS
      {.code = BPF_ALU64 | BPF_MOV | BPF_K,
       .dst_reg = BPF_REG_3,
       .src_reg = 0,
       .off = 0,
       .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_CALL,
       .dst_reg = 0,
       .src_reg = 0,
       .off = 0,
       .imm = BPF_FUNC_redirect_map},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  return bpf_prog_load(BPF_PROG_TYPE_XDP, kName, "Dual BSD/GPL", instructions,
                       std::size(instructions), nullptr);
}

/// What the kernel says of a program; nothing when it says nothing.
std::optional<bpf_prog_info> info_of(int program) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) return {};
  return info;
}

/// The number of the program that is attached to an interface, 0: none.
std::uint32_t attached_to(unsigned interface) {
  bpf_xdp_query_opts found{};
  found.sz = sizeof found;
  if (bpf_xdp_query(static_cast<int>(interface), 0, &found) != 0) return 0;
  for (const std::uint32_t id : {found.prog_id, found.drv_prog_id, found.skb_prog_id})
    if (id != 0) return id;
  return found.hw_prog_id;
}

/// A program that is attached.
struct Attached {
  bool ours = false;  // it has our name and our instructions, which the tag is a hash of
  std::string shown;
};

Attached look_at(std::uint32_t id, int own) {
  Attached found{.shown = "number " + std::to_string(id)};
  const int fd = bpf_prog_get_fd_by_id(id);
  if (fd < 0) return found;
  const auto theirs = info_of(fd), mine = info_of(own);
  close(fd);
  if (!theirs || !mine) return found;
  if (theirs->name[0] != '\0') found.shown = "'" + std::string(theirs->name) + "', " + found.shown;
  found.ours = std::strcmp(theirs->name, mine->name) == 0 &&
               std::equal(std::begin(theirs->tag), std::end(theirs->tag), std::begin(mine->tag));
  return found;
}

void wait_for_link() {
  const timespec ten_milliseconds{.tv_sec = 0, .tv_nsec = 10'000'000};
  nanosleep(&ten_milliseconds, nullptr);
}

/// Takes what an ended program of ours has left off an interface. By netlink what a link holds
/// cannot be taken off: that goes away by itself, soon after its process.
void take_off(unsigned interface) {
  constexpr int kMostTries = 100;
  for (int tries = 0; tries < kMostTries && attached_to(interface) != 0; ++tries) {
    for (const std::uint32_t mode : {XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE})
      bpf_xdp_detach(static_cast<int>(interface), mode, nullptr);
    if (attached_to(interface) != 0) wait_for_link();
  }
}

}  // namespace

int Program::load(unsigned queues) {
  libbpf_set_print(nullptr);  // what went wrong is said by whoever calls
  map_ = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "pmill_sockets", sizeof(std::uint32_t), sizeof(int),
                        queues, nullptr);
  if (map_ < 0) return errno;
  program_ = load_instructions(map_);
  return program_ < 0 ? errno : 0;
}

/// Attaches in one of the modes; errno or 0.
int Program::link(unsigned interface, Way way, std::uint32_t mode) {
  const int index = static_cast<int>(interface);
  if (way == Way::best) {
    bpf_link_create_opts options{};
    options.sz = sizeof options;
    options.flags = mode;
    link_ = bpf_link_create(program_, index, BPF_XDP, &options);
    if (link_ >= 0) return 0;
    if (errno != EINVAL) return errno;  // else the kernel may not know such links
  }
  if (bpf_xdp_attach(index, program_, XDP_FLAGS_UPDATE_IF_NOEXIST | mode, nullptr) != 0)
    return errno;
  attached_ = interface;
  return 0;
}

Program::Result Program::attach(unsigned interface, Way way) {
  if (const std::uint32_t id = attached_to(interface); id != 0) {
    const Attached other = look_at(id, program_);
    if (other.ours) take_off(interface);
    if (!other.ours || attached_to(interface) != 0)
      return {Obstacle::other_program, EBUSY, other.shown};
  }
  int error = link(interface, way, XDP_FLAGS_DRV_MODE);
  if (error == EOPNOTSUPP || error == EINVAL) {
    error = link(interface, way, XDP_FLAGS_SKB_MODE);
    generic_ = error == 0;
  }
  if (error == 0) return {};
  if (const std::uint32_t id = attached_to(interface); id != 0)
    return {Obstacle::other_program, error, look_at(id, program_).shown};
  return {Obstacle::error, error, {}};
}

void Program::detach() {
  if (attached_ != 0) {
    bpf_xdp_attach_opts only_ours{};
    only_ours.sz = sizeof only_ours;
    only_ours.old_prog_fd = program_;
    bpf_xdp_detach(static_cast<int>(attached_), generic_ ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE,
                   &only_ours);
  }
  attached_ = 0;
  for (int *fd : {&link_, &program_, &map_}) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
}

int Program::direct(unsigned queue, int socket) const {
  const std::uint32_t key = queue;
  return bpf_map_update_elem(map_, &key, &socket, BPF_ANY) == 0 ? 0 : errno;
}

}  // namespace pmill::xdp
