// SPDX-License-Identifier: BSD-3-Clause
#include <pmill/lpm/route_set.hh>

namespace pmill::lpm {

RouteSet::Bucket::iterator RouteSet::place(Bucket &bucket, std::uint32_t address,
                                           std::uint32_t length) {
  const std::uint64_t key = Entry{address, length}.key();
  return std::lower_bound(bucket.begin(), bucket.end(), key,
                          [](const Entry &e, std::uint64_t k) { return e.key() < k; });
}

Entry *RouteSet::find(std::uint32_t address, std::uint32_t length) {
  Bucket &in = bucket(address);
  const auto at = place(in, address, length);
  return at != in.end() && at->address == address && at->length == length ? &*at : nullptr;
}

void RouteSet::add(const Entry &entry) {
  Bucket &in = bucket(entry.address);
  in.insert(place(in, entry.address, entry.length), entry);
}

void RouteSet::remove(std::uint32_t address, std::uint32_t length) {
  Bucket &in = bucket(address);
  in.erase(place(in, address, length));
}

void RouteSet::clear() {
  for (Bucket &in : buckets_) in = {};
}

const Entry *RouteSet::around(std::uint32_t address, std::uint32_t length) {
  while (length-- > 1)
    if (const Entry *found = find(address & mask_of(length), length)) return found;
  return nullptr;
}

}  // namespace pmill::lpm
