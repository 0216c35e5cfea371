// SPDX-License-Identifier: BSD-3-Clause
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <pmill/huge_array.hh>
#include <pmill/setup.hh>

namespace pmill {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Up to whole pages, and so many that they can begin at a huge page.
constexpr std::size_t reserved(std::size_t bytes) {
  return (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

}  // namespace

void *reserve_pages(std::size_t bytes) {
  const std::size_t size = reserved(bytes), all = size + kHugePage;
  void *memory = mmap(nullptr, all, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    fail({}, "not enough memory for a table", "the system refused to give any");
  // What lies before the first huge page, and behind the last, is given back.
  auto *const begin = static_cast<std::byte *>(memory);
  const std::size_t skipped =
      (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (skipped != 0) munmap(begin, skipped);
  if (skipped != kHugePage) munmap(begin + skipped + size, kHugePage - skipped);
  // A kernel that cannot says so, and the pages are small ones.
  madvise(begin + skipped, size, MADV_HUGEPAGE);
  return begin + skipped;
}

void populate_pages(void *memory, std::size_t bytes) {
  if (bytes == 0 || madvise(memory, bytes, MADV_POPULATE_WRITE) == 0) return;
  if (errno == ENOMEM) fail({}, "not enough memory for a table", "make it smaller, or add memory");
  // A kernel older than this way to ask: pages come with their first use.
}

void release_pages(void *memory, std::size_t bytes) { munmap(memory, reserved(bytes)); }

}  // namespace pmill
