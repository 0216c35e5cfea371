// SPDX-License-Identifier: BSD-3-Clause
// Sockets on which control is served: a Unix socket, a TCP port of this host's loopback, or a
// connection that the program was given.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <list>
#include <pmill/setup.hh>

#include "../runtime.hh"
#include "control.hh"
#include "session.hh"

namespace pmill::runtime {
namespace {

constexpr std::size_t kMostUnsent = 16 << 20;

class ControlSocket final : public ControlTask {
 public:
  ControlSocket(std::string_view element, std::string_view label, const ControlRequest &request)
      : ControlTask(element), label_(label), request_(request) {}
  ~ControlSocket() override {
    for (const Client &c : clients_) ::close(c.fd);
    if (listener_ >= 0) ::close(listener_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void start() override {
    switch (request_.type) {
      case ControlRequest::Type::tcp:
        return listen_on_port();
      case ControlRequest::Type::unix_socket:
        return listen_on_path();
      case ControlRequest::Type::socket:
        return adopt_connection();
    }
  }

  bool turn() override {
    if (!Control::instance().looks() || !somebody_calls()) return false;
    accept_clients();
    for (auto c = clients_.begin(); c != clients_.end();)
      c = serve(*c) ? std::next(c) : (::close(c->fd), clients_.erase(c));
    return std::exchange(served_, false);
  }

  bool holds() const override { return true; }

  void watch(std::vector<pollfd> &fds) const override {
    if (listener_ >= 0) fds.push_back({listener_, POLLIN, 0});
    for (const Client &c : clients_) {
      const int sends = c.session.unsent() != 0 ? POLLOUT : 0;
      const int takes = c.session.unsent() < kMostUnsent ? POLLIN : 0;
      fds.push_back({c.fd, static_cast<short>(takes | sends), 0});
    }
  }

  std::vector<HandlerSpec> handlers() const override {
    if (request_.type == ControlRequest::Type::tcp) return {{.name = "port", .reads = true}};
    if (request_.type == ControlRequest::Type::unix_socket)
      return {{.name = "filename", .reads = true}};
    return {};
  }
  Reply read(std::string_view name, std::string_view) override {
    return {Verdict::ok, name == "port" ? std::to_string(port_) : path_};
  }

 private:
  struct Client {
    int fd;
    Session session;
  };

  [[noreturn]] void fail(const std::string &message, std::string_view hint = {}) const {
    pmill::fail(label_, message, hint);
  }

  void listen_on_port() {
    std::string_view text = request_.address;
    const bool search = text.ends_with('+');
    if (search) text.remove_suffix(1);
    std::string error;
    std::uint16_t port = 0;
    if (!read_value(port, text, error)) fail("TCP needs a port, not " + quoted(request_.address));
    for (int retries = request_.retries;; --retries) {
      for (unsigned p = port; p < 65536; ++p) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = htons(static_cast<std::uint16_t>(p));
        if (listening(reinterpret_cast<sockaddr *>(&at), sizeof at)) return note_port();
        if (!search) break;
      }
      if (retries <= 0) break;
      if (request_.warns)
        std::fprintf(stderr, "%s: port %u is in use; trying again\n", label_.c_str(), port);
      ::sleep(1);
    }
    fail("cannot listen on port " + std::to_string(port) + ": " + std::strerror(errno),
         "choose another port, or write " + std::to_string(port) + "+ to search upward");
  }

  void note_port() {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr *>(&at), &size);
    port_ = ntohs(at.sin_port);
    if (state().options.verbose) std::fprintf(stderr, "control: 127.0.0.1:%u\n", port_);
  }

  void listen_on_path() {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    const std::string path(request_.address);
    if (path.empty() || path.size() >= sizeof at.sun_path)
      fail("the path of a Unix socket has 1 to " + std::to_string(sizeof at.sun_path - 1) +
           " bytes, not " + std::to_string(path.size()));
    std::memcpy(at.sun_path, path.data(), path.size());
    const auto *address = reinterpret_cast<const sockaddr *>(&at);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (is_abandoned(address, sizeof at)) ::unlink(path.c_str());
    // The path appears when somebody listens: whoever waits for it can call at once.
    const std::string early = path + "." + std::to_string(::getpid());
    const bool fits = early.size() < sizeof at.sun_path;
    if (fits) std::memcpy(at.sun_path, early.data(), early.size());
    if (!listening(address, sizeof at) || (fits && !renamed(early, path)))
      fail("cannot listen on " + quoted(path) + ": " + std::strerror(errno),
           "choose another path, or end the program that uses it");
    path_ = path;
  }

  /// Gives a socket its name, which must be new; closes it when that is impossible.
  bool renamed(const std::string &from, const std::string &to) {
    const bool done = ::link(from.c_str(), to.c_str()) == 0;
    const int error = errno == EEXIST ? EADDRINUSE : errno;
    ::unlink(from.c_str());
    if (done) return true;
    ::close(std::exchange(listener_, -1));
    errno = error;
    return false;
  }

  /// Whether a socket is there to which nobody listens: a program left it behind.
  static bool is_abandoned(const sockaddr *address, socklen_t size) {
    struct stat there{};
    if (::lstat(reinterpret_cast<const sockaddr_un *>(address)->sun_path, &there) != 0 ||
        !S_ISSOCK(there.st_mode))
      return false;
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool refused = ::connect(fd, address, size) != 0 && errno == ECONNREFUSED;
    ::close(fd);
    return refused;
  }

  bool listening(const sockaddr *address, socklen_t size) {
    if (::bind(listener_, address, size) == 0 && ::listen(listener_, 8) == 0) return true;
    const int error = errno;
    ::close(std::exchange(listener_, -1));
    errno = error;
    return false;
  }

  void adopt_connection() {
    std::string error;
    int fd = -1;
    if (!read_value(fd, request_.address, error) || ::fcntl(fd, F_GETFL) < 0)
      fail("SOCKET needs the number of an open file, not " + quoted(request_.address));
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    clients_.push_back({fd, Session(request_.read_only)});
  }

  /// One system call for all, because accept() takes long to find that nobody is there.
  bool somebody_calls() {
    fds_.clear();
    watch(fds_);
    return ::poll(fds_.data(), fds_.size(), 0) != 0;
  }

  void accept_clients() {
    if (listener_ < 0) return;
    int fd = -1;
    while ((fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
      if (request_.verbose) std::fprintf(stderr, "%s: opened connection %d\n", label_.c_str(), fd);
      clients_.push_back({fd, Session(request_.read_only)});
    }
  }

  /// Moves what can be moved; false when the conversation is over.
  bool serve(Client &c) {
    char bytes[16384];
    ssize_t n = 0;
    bool there = true;
    while (!c.session.over() && c.session.unsent() < kMostUnsent &&
           (n = ::recv(c.fd, bytes, sizeof bytes, 0)) > 0)
      c.session.take({bytes, static_cast<std::size_t>(n)}), served_ = true;
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) there = false;
    std::string &out = c.session.output();
    while (!out.empty() && (n = ::send(c.fd, out.data(), out.size(), MSG_NOSIGNAL)) > 0)
      out.erase(0, static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
    const bool goes_on = there && !(c.session.over() && out.empty());
    if (!goes_on && request_.verbose)
      std::fprintf(stderr, "%s: closed connection %d\n", label_.c_str(), c.fd);
    return goes_on;
  }

  std::string label_;
  ControlRequest request_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string path_;
  std::list<Client> clients_;
  std::vector<pollfd> fds_;
  bool served_ = false;  // somebody, in this turn
};

}  // namespace

void serve_control(const std::string &address) {
  ControlRequest request;
  request.address = address;
  const bool number = address.find_first_not_of("0123456789+") == std::string::npos;
  request.type = number ? ControlRequest::Type::tcp : ControlRequest::Type::unix_socket;
  Control::instance().add(std::make_unique<ControlSocket>("", "--control", request));
}

}  // namespace pmill::runtime

namespace pmill {

void Setup::serve(const ControlRequest &request) {
  runtime::Control::instance().add(
      std::make_unique<runtime::ControlSocket>(element_, label_, request));
}

}  // namespace pmill
