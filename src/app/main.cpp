#include <malloc.h>

#include "app/commands.h"

namespace {

// Buffers of a part (4 MiB) go back to the system when they are no longer used. Left to itself the allocator would learn to keep them: some for each
// thread that once held one, which in a hub with many workers is most of its memory.
void give_large_buffers_back() {
  constexpr int kLarge = 1024 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, 2 * kLarge);
}

}  // namespace

int main(int argc, char** argv) {
  give_large_buffers_back();
  return warifu::app::run_command_line(argc, argv);
}
