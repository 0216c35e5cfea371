// SPDX-License-Identifier: BSD-3-Clause
// Handlers: what an element answers while the program runs, and what may be changed then.
//
// Every element has the standard ones, those of its counters, and those of arguments tagged
// @readable or @writable. Others are functions of its header, which its struct `Handlers` names:
//
//   struct Handlers {
//     Read table;      ///< The table, a line an entry.
//     Write insert;    ///< Adds an entry.
//     ReadWrite data;  ///< The bytes of the packets. @keeps data
//   };
//   static std::string read_table(auto &self, std::string_view parameter);
//   static bool write_insert(auto &self, std::string_view text, std::string &error);
//
// What a read function returns is a text, or a number: then the numbers of all workers are added,
// those of a Tally line by line, and of a Most the largest is shown.
// A write function is called once for every worker; false, with a reason in `error`, refuses.
// All workers stand between two bursts then. `@keeps` names the argument that writing changes:
// where it is a compile-time constant, the handler cannot be written.
#pragma once

#include <climits>
#include <concepts>
#include <cstdint>
#include <pmill/values.hh>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pmill {

/// The kinds of handlers that are functions of an element; members of its struct `Handlers`.
struct Read {};
struct Write {};
struct ReadWrite {};

/// A text that stays where it is until the program ends, for arguments to point to.
std::string_view keep_text(std::string_view text);

/// A handler that is a function, as the header declares it.
struct HandlerSpec {
  std::string_view name;
  bool reads = false;
  bool writes = false;
  bool keeps = false;  // writing changes an argument
};

/// Numbers with names, shown one a line.
struct TallyLine {
  std::uint64_t count;
  std::string_view name;
};
using Tally = std::vector<TallyLine>;

/// A number of which the largest of all workers counts.
struct Most {
  double value;
};

/// What a read handler says: a text, or the sum of what all workers say.
class Answer {
 public:
  void add(const std::string &text);
  void add(const Tally &lines);
  void add(Most number);
  template <std::integral T>
  void add(T number) {
    kind_ = Kind::integer;
    integer_ += static_cast<std::int64_t>(number);
  }
  void add(double number) {
    kind_ = Kind::real;
    real_ += number;
  }
  /// Whether there is nothing to add to it.
  bool whole() const { return kind_ == Kind::text; }
  std::string text() const;

 private:
  enum class Kind : std::uint8_t { text, integer, real, tally };
  Kind kind_ = Kind::text;
  std::string text_;
  std::int64_t integer_ = 0;
  double real_ = 0;
  Tally tally_;
};

/// A call of a handler that is a function, by its number among those of the class.
struct HandlerCall {
  /// `reconfigured`: an argument was written; elements may compute things from theirs. `recount`:
  /// counters are about to be shown.
  enum class Kind : std::uint8_t { read, write, reconfigured, recount };
  Kind kind = Kind::read;
  unsigned handler = 0;
  std::string_view text;  // the parameter of a read, the text of a write
  Answer answer;
  std::string error;
  bool good = true;
};

/// How values of a type are shown and read while the program runs.
struct ValueType {
  void (*print)(std::string &to, const void *value);
  /// False, with a reason in `error`, when `text` is no such value.
  bool (*assign)(void *value, std::string_view text, std::string &error);
};
/// The type of an argument that has a handler.
template <typename T>
const ValueType &value_type();
template <>
const ValueType &value_type<bool>();
template <>
const ValueType &value_type<std::int8_t>();
template <>
const ValueType &value_type<std::int16_t>();
template <>
const ValueType &value_type<std::int32_t>();
template <>
const ValueType &value_type<std::int64_t>();
template <>
const ValueType &value_type<std::uint8_t>();
template <>
const ValueType &value_type<std::uint16_t>();
template <>
const ValueType &value_type<std::uint32_t>();
template <>
const ValueType &value_type<std::uint64_t>();
template <>
const ValueType &value_type<double>();
template <>
const ValueType &value_type<IPAddress>();
template <>
const ValueType &value_type<IPPrefix>();
template <>
const ValueType &value_type<EtherAddress>();
template <>
const ValueType &value_type<Duration>();
template <>
const ValueType &value_type<Timestamp>();
template <>
const ValueType &value_type<Bandwidth>();
template <>
const ValueType &value_type<std::string_view>();

/// Reads a value that a handler is given; false, with a reason in `error`, when it is none.
template <typename T>
bool read_value(T &value, std::string_view text, std::string &error) {
  return value_type<T>().assign(&value, text, error);
}

/// The integers that an argument may be.
struct Range {
  std::int64_t low = INT64_MIN;
  std::int64_t high = INT64_MAX;
};

/// An argument that has a handler. `constant`: known when compiling, it cannot be changed.
struct ArgumentInfo {
  std::string_view name;
  const void *at;
  const ValueType &(*type)();
  bool writable;
  bool constant;
  Range range;
};
template <typename T>
constexpr ArgumentInfo argument(std::string_view name, T &at, bool writable, Range range = {}) {
  return {name, &at, value_type<std::remove_const_t<T>>, writable, std::is_const_v<T>, range};
}

/// Who runs an instance, and how often: `tickets` of kTickets rounds have a turn of it. `home`: the
/// worker, from 0, or from -1 backwards, or on_socket(…); kAnyWorker: they share such instances
/// out.
inline constexpr unsigned kTickets = 1024;
inline constexpr int kAnyWorker = INT_MIN;
struct Schedule {
  bool scheduled = true;
  unsigned tickets = kTickets;
  int home = kAnyWorker;
  constexpr bool operator==(const Schedule &) const = default;
};

/// The home that is the worker number `core` of those on a NUMA node; both are below 1024.
inline constexpr int kSocketHomes = 1 << 20;
constexpr int on_socket(int socket, int core) { return kSocketHomes + socket * 1024 + core; }
constexpr int socket_of(int home) { return (home - kSocketHomes) / 1024; }
constexpr int core_of(int home) { return (home - kSocketHomes) % 1024; }
/// The worker that such a home means; -1: there is none.
int find_on_socket(int home);
/// The worker, of `count`, that such a home means; where there is none, another one.
unsigned worker_on_socket(int home, unsigned count);

/// The worker, of `count`, that a home means; there is always one.
constexpr unsigned worker_at(int home, unsigned count) {
  if (home >= kSocketHomes) return worker_on_socket(home, count);
  const int n = static_cast<int>(count);
  return static_cast<unsigned>((home % n + n) % n);
}

/// A connection, by the numbers of its instances.
struct Link {
  std::uint32_t from, output, to, input;
};

}  // namespace pmill
