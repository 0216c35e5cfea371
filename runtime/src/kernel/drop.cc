// SPDX-License-Identifier: BSD-3-Clause
// SNIFFER false: an nftables chain drops, behind the packet sockets, all that an interface
// receives. The table belongs to a socket of this program, so the kernel removes it when the
// program ends, however it ends.
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "kernel.hh"

namespace pmill::runtime {
namespace {

/// A batch of nftables messages in one piece.
class Batch {
 public:
  /// Begins a message; `type` is of nf_tables, or one that marks the batch.
  void begin(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource) {
    end();
    message_ = bytes_.size();
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    header.nlmsg_seq = ++sequence_;
    append(&header, sizeof header);
    const nfgenmsg generic{.nfgen_family = family, .version = 0, .res_id = htons(resource)};
    append(&generic, sizeof generic);
    open_ = true;
  }
  void text(std::uint16_t type, const std::string &value) {
    attribute(type, value.c_str(), value.size() + 1);
  }
  void number(std::uint16_t type, std::uint32_t value) {
    const std::uint32_t order = htonl(value);
    attribute(type, &order, sizeof order);
  }
  /// Begins an attribute of attributes; returns what close_nest() takes.
  std::size_t nest(std::uint16_t type) {
    const std::size_t at = bytes_.size();
    const nlattr header{.nla_len = 0, .nla_type = static_cast<std::uint16_t>(type | NLA_F_NESTED)};
    append(&header, sizeof header);
    return at;
  }
  void close_nest(std::size_t at) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &length, sizeof length);
  }
  const std::string &finish() {
    end();
    return bytes_;
  }

 private:
  void append(const void *data, std::size_t size) {
    bytes_.append(static_cast<const char *>(data), size);
    bytes_.append((NLMSG_ALIGNTO - size % NLMSG_ALIGNTO) % NLMSG_ALIGNTO, '\0');
  }
  void attribute(std::uint16_t type, const void *data, std::size_t size) {
    const nlattr header{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + size),
                        .nla_type = type};
    append(&header, sizeof header);
    append(data, size);
  }
  void end() {
    if (!open_) return;
    const auto length = static_cast<std::uint32_t>(bytes_.size() - message_);
    std::memcpy(bytes_.data() + message_, &length, sizeof length);
    open_ = false;
  }

  std::string bytes_;
  std::size_t message_ = 0;
  std::uint32_t sequence_ = 0;
  bool open_ = false;
};

constexpr std::uint16_t type_of(unsigned message) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

std::string drop_chain(const std::string &interface) {
  const std::string table = "pmill-" + std::to_string(getpid()) + "-" + interface;
  Batch batch;
  batch.begin(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
  batch.begin(type_of(NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_EXCL, NFPROTO_NETDEV, 0);
  batch.text(NFTA_TABLE_NAME, table);
  batch.number(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
  batch.begin(type_of(NFT_MSG_NEWCHAIN), NLM_F_CREATE | NLM_F_ACK, NFPROTO_NETDEV, 0);
  batch.text(NFTA_CHAIN_TABLE, table);
  batch.text(NFTA_CHAIN_NAME, "drop");
  const std::size_t hook = batch.nest(NFTA_CHAIN_HOOK);
  batch.number(NFTA_HOOK_HOOKNUM, NF_NETDEV_INGRESS);
  batch.number(NFTA_HOOK_PRIORITY, 0);
  batch.text(NFTA_HOOK_DEV, interface);
  batch.close_nest(hook);
  batch.number(NFTA_CHAIN_POLICY, NF_DROP);
  batch.text(NFTA_CHAIN_TYPE, "filter");
  batch.begin(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
  return batch.finish();
}

/// Sends the batch; returns an errno, 0 when all was done. The first error, or the one
/// acknowledgement that was asked for, tells.
int commit(int fd, const std::string &batch) {
  if (send(fd, batch.data(), batch.size(), 0) < 0) return errno;
  alignas(nlmsghdr) char answer[8192];
  const ssize_t size = recv(fd, answer, sizeof answer, 0);
  const auto *header = reinterpret_cast<const nlmsghdr *>(answer);
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) return size < 0 ? errno : EPROTO;
  if (header->nlmsg_type != NLMSG_ERROR) return EPROTO;
  return -static_cast<const nlmsgerr *>(NLMSG_DATA(header))->error;
}

}  // namespace

void drop_for_kernel(const std::string &label, const std::string &interface) {
  // Open as long as the program lives: the table ends with it.
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int error = fd < 0 ? errno : commit(fd, drop_chain(interface));
  if (error == 0) return;
  fail(label,
       "SNIFFER false: the kernel cannot drop what " + quoted(interface) +
           " receives: " + std::strerror(error),
       error == EPERM ? "run the program as root, or give it cap_net_admin"
                      : "that takes nftables with tables that have an owner (Linux 5.12); without, "
                        "leave SNIFFER out and tell the kernel yourself, or take its addresses "
                        "from the interface");
}

}  // namespace pmill::runtime
