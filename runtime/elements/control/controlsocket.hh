// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pmill/element.hh>
#include <pmill/setup.hh>

namespace pmill::elements {

/// Serves Click's control protocol, version 1.3: others read and write the program's handlers.
///
/// TCP listens on a port of this host's loopback, UNIX on a socket in the file system, SOCKET
/// speaks on a connection that the program was given as an open file. The program goes on while it
/// has a ControlSocket, even when no packet will come any more. Whoever can connect may do
/// everything that handlers can, but for READONLY.
/// @group control
/// @example ControlSocket(TCP, 7777); FromDPDKDevice(0) -> c :: Counter -> Discard;
/// @example ControlSocket(UNIX, /run/router.sock, READONLY true);
struct ControlSocket {
  static constexpr Spec spec{.ports = "0/0"};

  enum class Type { tcp, unix, socket };

  struct Args {
    Type type;              ///< Where it is served.
    String address;         ///< The port, `N+` to search upward from N; the path; or the open file.
                            ///< @alias PORT @alias FILENAME @alias FD
    bool readonly = false;  ///< Refuse to write.
    String proxy = "";      ///< Click's way to handlers of its kernel module; there is none here.
    bool verbose = false;   ///< Report connections on standard error.
    std::int32_t retries = 0;    ///< How often to try again, a second apart, while a port is taken.
    bool retry_warnings = true;  ///< Report that the port is taken.
    bool localhost = true;       ///< Always so: only this host can connect.
  };

  static void configure(const auto &args, Setup &setup) {
    if (!args.proxy.empty())
      setup.fail("there is no kernel module whose handlers a PROXY could reach", "leave PROXY out");
    if (!args.localhost)
      setup.fail("the whole network cannot be let in", "leave LOCALHOST out; use a tunnel");
    ControlRequest request;
    request.type = static_cast<ControlRequest::Type>(args.type);
    request.address = args.address;
    request.read_only = args.readonly;
    request.verbose = args.verbose;
    request.retries = args.retries;
    request.warns = args.retry_warnings;
    setup.serve(request);
  }
};

}  // namespace pmill::elements
