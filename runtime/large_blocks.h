// Memory in blocks of many megabytes.
#pragma once

#include <cstddef>
#include <new>

namespace ebb {

// From now on memory taken in large blocks goes back to the system as soon as it is freed. Left to itself glibc learns
// to keep it once such a block was freed, and a process that builds and drops buffers of many megabytes then holds the
// most that it ever had. What is freed in smaller pieces stays, a few megabytes of it: taking it again page by page
// costs more than what is done with it. For programs with a budget of memory.
void GiveBackLargeBlocks();

// Has the system back the whole pages of 2 MiB within the block by such pages, as far as it can: one fault instead of
// 512, and fewer misses of the address caches. Best before the block is first written to; nothing happens to small
// ones.
void PreferHugePages(void* begin, size_t bytes);

// Reserves room in a vector or string that is about to grow to about so many elements, in huge pages.
template <typename Container>
void ReserveHuge(size_t elements, Container* container) {
  container->reserve(elements);
  PreferHugePages(container->data(), container->capacity() * sizeof(typename Container::value_type));
}

// The same for containers that take their memory by themselves, such as hash maps.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename Other>
  explicit HugePageAllocator(const HugePageAllocator<Other>&) {}

  T* allocate(size_t count) {
    void* const block = ::operator new (count * sizeof(T), std::align_val_t{alignof(T)});
    PreferHugePages(block, count * sizeof(T));
    return static_cast<T*>(block);
  }
  void deallocate(T* block, size_t) { ::operator delete (block, std::align_val_t{alignof(T)}); }

  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }
};

}  // namespace ebb
