// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <pmill/net/icmp.hh>
#include <pmill/net/icmp_names.hh>
#include <pmill/values.hh>

namespace pmill::net {
namespace {

using Names = View<std::string_view>;

constexpr std::string_view kTypes[]{"echo-reply",
                                    "",
                                    "",
                                    "unreachable",
                                    "sourcequench",
                                    "redirect",
                                    "",
                                    "",
                                    "echo",
                                    "routeradvert",
                                    "routersolicit",
                                    "timeexceeded",
                                    "parameterproblem",
                                    "timestamp",
                                    "timestamp-reply",
                                    "inforeq",
                                    "inforeq-reply",
                                    "maskreq",
                                    "maskreq-reply"};
constexpr std::string_view kUnreachableCodes[]{"net",
                                               "host",
                                               "protocol",
                                               "port",
                                               "needfrag",
                                               "srcroutefail",
                                               "netunknown",
                                               "hostunknown",
                                               "hostisolated",
                                               "netprohibited",
                                               "hostprohibited",
                                               "nettos",
                                               "hosttos",
                                               "filterprohibited",
                                               "hostprecedence",
                                               "precedencecutoff"};
constexpr std::string_view kRedirectCodes[]{"net", "host", "tosnet", "toshost"};
constexpr std::string_view kTimeExceededCodes[]{"transit", "reassembly"};
constexpr std::string_view kParameterProblemCodes[]{"erroratptr", "missingopt", "length"};

Names codes(std::uint8_t type) {
  switch (type) {
    case kUnreachable:
      return kUnreachableCodes;
    case kRedirect:
      return kRedirectCodes;
    case kTimeExceeded:
      return kTimeExceededCodes;
    case kParameterProblem:
      return kParameterProblemCodes;
    default:
      return {};
  }
}

std::string_view name_of(Names names, std::uint8_t number) {
  return number < names.size() ? names[number] : std::string_view{};
}

std::optional<std::uint8_t> number_of(Names names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (name.empty() || at == names.end()) return {};
  return static_cast<std::uint8_t>(at - names.begin());
}

}  // namespace

std::string_view icmp_type_name(std::uint8_t type) { return name_of(kTypes, type); }
std::string_view icmp_code_name(std::uint8_t type, std::uint8_t code) {
  return name_of(codes(type), code);
}
std::optional<std::uint8_t> find_icmp_type(std::string_view name) {
  return number_of(kTypes, name);
}
std::optional<std::uint8_t> find_icmp_code(std::uint8_t type, std::string_view name) {
  return number_of(codes(type), name);
}

}  // namespace pmill::net
