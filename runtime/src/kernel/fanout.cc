// SPDX-License-Identifier: BSD-3-Clause
// net_af_packet joins its sockets to a group that shares packets out, and asks the kernel to put
// fragments of IP packets together before (PACKET_FANOUT_FLAG_DEFRAG). Who forwards must see what
// was on the wire, and what is put together does not fit into the ring. It also asks for packets to
// go to another socket's ring when theirs is full (PACKET_FANOUT_FLAG_ROLLOVER). Those of one flow
// would overtake each other then, and come to workers that do not know it. A socket cannot be told
// later, so this function, which drivers find before the C library's, leaves these wishes out.
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

extern "C" int setsockopt(int fd, int level, int option, const void *value,
                          socklen_t size) noexcept {
  std::uint32_t fanout = 0;
  if (level == SOL_PACKET && option == PACKET_FANOUT && size == sizeof fanout) {
    std::memcpy(&fanout, value, sizeof fanout);
    constexpr std::uint32_t kLeftOut = PACKET_FANOUT_FLAG_DEFRAG | PACKET_FANOUT_FLAG_ROLLOVER;
    fanout &= ~(kLeftOut << 16);
    value = &fanout;
  }
  return static_cast<int>(syscall(SYS_setsockopt, fd, level, option, value, size));
}
