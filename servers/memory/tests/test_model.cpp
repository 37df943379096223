// SPDX-License-Identifier: BSD-2-Clause
// Any operations, against a model that knows what each process should see.
#include <optional>
#include <random>

#include "servers/memory/tests/address_spaces.hpp"

namespace memory {
namespace {

TEST_F(MemoryTest, IsTheModelAfterAnyOperations) {
  struct ModelPage {
    std::shared_ptr<int> cell;
    Sharing sharing;
    u8 rights;
  };
  using Model = std::map<u64, ModelPage>;
  constexpr u64 base = 0x10'0000'0000, room = 60;
  for (unsigned seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](u64 limit) { return random() % limit; };
    std::map<u32, Model> models;
    std::set<SpaceIndex> used{1};
    start(1, 1);
    models[1];
    for (int step = 0; step < 1500; ++step) {
      auto chosen = models.begin();
      std::advance(chosen, below(models.size()));
      const u32 pid = chosen->first;
      Model& model = chosen->second;
      const SpaceIndex space = *memory.space_of(pid);
      const u64 first = below(room), pages = 1 + below(std::min<u64>(room - first, 20));
      const u64 address = base + first * page_size;
      switch (below(8)) {
        case 0: {
          const Sharing sharing = below(4) == 0 ? Sharing::shared : Sharing::own;
          const u8 rights = below(5) == 0 ? readable : rw;
          ASSERT_TRUE(memory.map(space, {.address = address,
                                         .length = pages * page_size,
                                         .rights = rights,
                                         .sharing = sharing,
                                         .fixed = true,
                                         .replace = true}));
          for (u64 page = first; page < first + pages; ++page)
            model[page] = {std::make_shared<int>(0), sharing, rights};
          break;
        }
        case 1:
          ASSERT_TRUE(memory.unmap(space, address, pages * page_size));
          model.erase(model.lower_bound(first), model.lower_bound(first + pages));
          break;
        case 2: {
          bool all = true;
          for (u64 page = first; page < first + pages; ++page) all &= model.contains(page);
          const u8 rights = static_cast<u8>(below(4));
          ASSERT_EQ(memory.protect(space, address, pages * page_size, rights).has_value(), all);
          if (!all) break;
          for (u64 page = first; page < first + pages; ++page) model[page].rights = rights;
          break;
        }
        case 3: {
          if (models.size() >= 6) break;
          u32 child = 2;
          while (models.contains(child)) ++child;
          SpaceIndex index = 2;
          while (used.contains(index)) ++index;
          ASSERT_TRUE(memory.fork(pid, child, index));
          used.insert(index);
          Model copy;
          for (const auto& [page, what] : model)
            copy[page] = what.sharing == Sharing::shared
                             ? what
                             : ModelPage{std::make_shared<int>(*what.cell), what.sharing, what.rights};
          models[child] = copy;
          break;
        }
        case 4: {
          if (models.size() == 1) break;
          ASSERT_TRUE(memory.release(pid));
          used.erase(space);
          models.erase(pid);
          continue;
        }
        default: {
          for (u64 page = first; page < first + pages; ++page) {
            const auto found = model.find(page);
            const int value = static_cast<int>(below(256));
            if (below(2) == 0) {
              const bool may = found != model.end() && (found->second.rights & writable);
              ASSERT_EQ(write(space, base + page * page_size, value), may);
              if (may) *found->second.cell = value;
            } else {
              const bool may = found != model.end() && found->second.rights != 0;
              ASSERT_EQ(read(space, base + page * page_size), may ? *found->second.cell : -1) << page;
            }
          }
        }
      }
    }
    for (const auto& [pid, model] : models)
      for (const auto& [page, what] : model)
        if (what.rights != 0) ASSERT_EQ(read(*memory.space_of(pid), base + page * page_size), *what.cell);
    ASSERT_NO_FATAL_FAILURE(end());
  }
}

}  // namespace
}  // namespace memory
