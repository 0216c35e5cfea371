// SPDX-License-Identifier: BSD-3-Clause
// The table of a routing element: made once when the program starts and read by all workers. It
// finds routes in the structure that was chosen when compiling, or, where handlers may change the
// routes, in one that can be changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <pmill/attributes.hh>
#include <pmill/lpm/direct_table.hh>
#include <pmill/lpm/route.hh>
#include <pmill/lpm/route_set.hh>
#include <pmill/lpm/search_table.hh>
#include <pmill/values.hh>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pmill::lpm {

/// Hops by number. Number 0 is that of the default route: where destinations go that match nothing
/// longer, or nowhere.
class Hops {
 public:
  PMILL_INLINE const Hop &operator[](std::size_t number) const { return hops_[number]; }
  /// Adds a hop; its number is one more than that of the hop added before, the first has 1.
  void add(const Hop &hop) { hops_.push_back(hop); }
  /// The number of a hop, which is never 0; one that is not known is added.
  std::uint32_t number(const Hop &hop);
  void set_rest(const Hop &hop) { hops_[0] = hop; }

 private:
  std::vector<Hop> hops_{Hop{}};
};

class RouteTable {
 public:
  PMILL_INLINE explicit RouteTable(const auto &args)
      : RouteTable(args.routes, changes<std::remove_cvref_t<decltype(args)>>) {}
  [[gnu::cold]] RouteTable(const Routes &routes, bool changes);

  /// The hop of a destination; `Given` is the type of the element's arguments.
  template <typename Given>
  PMILL_INLINE const Hop &find(IPAddress destination) const {
    return hops_[number<Given>(destination.host())];
  }
  /// Loads what `find` will ask first, where that may take long.
  template <typename Given>
  PMILL_INLINE void prefetch(IPAddress destination) const {
    constexpr Structure structure = structure_of<Given>();
    if constexpr (structure == Structure::direct16) direct16_.prefetch(destination.host());
    if constexpr (structure == Structure::direct32) direct32_.prefetch(destination.host());
  }

  /// Whether that is worth it.
  template <typename Given>
  static constexpr bool is_far() {
    constexpr Structure structure = structure_of<Given>();
    return structure == Structure::direct16 || structure == Structure::direct32;
  }

  // --- for handlers; those that change the table only where it may change ---

  /// A line a route, `PREFIX GATEWAY OUTPUT` with tabs between, `-` for no gateway; in the order of
  /// the prefixes' addresses, of equal ones the shorter first.
  [[gnu::cold]] std::string text() const;
  /// `OUTPUT` or `OUTPUT GATEWAY` of a destination, `-1` where no route leads, or what is wrong.
  [[gnu::cold]] std::string lookup(std::string_view address) const;

  /// Adds a route, replaces one or adds it, or removes one, of an element that has so many outputs.
  /// False, with a reason in `error`, when nothing was changed.
  [[gnu::cold]] bool add(std::string_view route, std::size_t outputs, std::string &error);
  [[gnu::cold]] bool set(std::string_view route, std::size_t outputs, std::string &error);
  [[gnu::cold]] bool remove(std::string_view route, std::string &error);
  /// Does what all lines say, `add …`, `set …` or `remove …`, or nothing.
  [[gnu::cold]] bool control(std::string_view lines, std::size_t outputs, std::string &error);
  /// Removes all routes.
  [[gnu::cold]] void flush();

 private:
  /// What a table that changes has beside.
  struct Changes {
    RouteSet routes;
    /// What a prefix had before a change: `present` false, no route.
    struct Before {
      Entry entry;
      bool present;
    };
    std::vector<Before> *log = nullptr;  // where changes are noted, to be undone
  };

  template <typename Given>
  static constexpr bool changes = std::is_member_object_pointer_v<decltype(&Given::routes)>;
  template <typename Given>
  static constexpr Structure structure_of() {
    if constexpr (changes<Given>)
      return Structure::direct32;
    else
      return Given::routes.structure();
  }
  template <typename Given>
  PMILL_INLINE std::uint32_t number(std::uint32_t address) const {
    constexpr Structure structure = structure_of<Given>();
    if constexpr (structure == Structure::direct32) {
      return direct32_.find(address);
    } else if constexpr (structure == Structure::direct16) {
      return direct16_.find(address);
    } else {
      static_assert(structure == Structure::searched, "few routes are code, see net/route.hh");
      return search_.find<SearchTable::two_steps(Given::routes.size())>(address);
    }
  }

  /// The routes of the configuration in the order of their keys.
  std::vector<Entry> entries() const;
  void build(const std::vector<Entry> &sorted, Structure structure);
  bool command(std::string_view line, std::size_t outputs, std::string &error);
  /// Puts a route in place of what its prefix has; `present` false: its prefix has none any more.
  void put(const Entry &entry, bool present);
  const Hop &hop_of(const Entry &entry) const { return hops_[entry.hop]; }
  Hop find_anyhow(IPAddress destination) const;

  Hops hops_;
  SearchTable search_;
  DirectTable<std::uint16_t> direct16_;
  DirectTable<std::uint32_t> direct32_;
  Routes routes_;  // as the configuration says
  std::unique_ptr<Changes> changes_;
};

}  // namespace pmill::lpm
