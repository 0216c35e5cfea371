// SPDX-License-Identifier: BSD-3-Clause
// Collects what the elements of a program need.
#include <algorithm>
#include <pmill/setup.hh>

#include "runtime.hh"

namespace pmill {

std::string device_name(const std::string &port) {
  constexpr std::string_view kShort = "pmill:";
  return port.starts_with(kShort) ? "net_pmill" + port.substr(kShort.size()) : port;
}

// Here, so that programs need not contain the destruction of all that a request holds.
Setup::Setup() = default;
Setup::~Setup() = default;

void Setup::element(std::string_view name, std::string_view element_class, int home) {
  home_ = home;
  element_ = name;
  label_ = element_ + " :: " + std::string(element_class);
}

void Setup::receive(std::string_view port, const RxRequest &request) {
  receive_.push_back({element_, label_, std::string(port), request});
  receive_.back().request.home = home_;
}

void Setup::transmit(std::string_view port, const TxRequest &request) {
  transmit_.push_back({element_, label_, std::string(port), request});
}

bool Setup::uses_given_ports() const {
  const auto given = [this](const auto &entry) {
    if (device_name(entry.port) != entry.port) return false;
    if (entry.port.starts_with(runtime::kXdpPrefix)) return false;
    return std::none_of(kernel_ports_.begin(), kernel_ports_.end(),
                        [&](const KernelPort &p) { return p.port == entry.port; });
  };
  return std::any_of(receive_.begin(), receive_.end(), given) ||
         std::any_of(transmit_.begin(), transmit_.end(), given);
}

}  // namespace pmill
