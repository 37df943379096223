// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/objects.hpp"

namespace memory {

ObjectIndex ObjectTable::vacant() {
  for (std::size_t index = 1; index < end_; ++index)
    if (objects_[index].kind == Object::Kind::none) return static_cast<ObjectIndex>(index);
  return end_ == capacity ? ObjectIndex{0} : static_cast<ObjectIndex>(end_++);
}

ObjectIndex ObjectTable::file(u64 name, u32 serial) {
  for (std::size_t index = 1; index < end_; ++index) {
    Object& object = objects_[index];
    const bool unused = object.kind == Object::Kind::unused_file;
    if ((object.kind != Object::Kind::file && !unused) || object.name != name) continue;
    // Answers of two requests may be worked on in either order; the last serial is what lets the object go.
    if (static_cast<abi::i32>(serial - object.serial) > 0) object.serial = serial;
    if (unused) --unused_;
    object.kind = Object::Kind::file;
    return static_cast<ObjectIndex>(index);
  }
  const ObjectIndex index = vacant();
  if (index != 0) objects_[index] = {.kind = Object::Kind::file, .serial = serial, .root = {}, .name = name};
  return index;
}

ObjectIndex ObjectTable::shared_zeros(u64 pages) {
  if (pages > max_shared_pages) return 0;
  const ObjectIndex index = vacant();
  if (index == 0) return 0;
  objects_[index] = {.kind = Object::Kind::shared_zeros, .root = {}, .pages = pages};
  shared_pages_ += pages;
  return index;
}

void ObjectTable::settle(ObjectIndex index) {
  Object& object = objects_[index];
  if (object.regions != 0) return;
  if (object.kind == Object::Kind::file) {
    object.kind = Object::Kind::unused_file;
    ++unused_;
  } else if (object.kind == Object::Kind::shared_zeros) {
    drop_shared(object);
    object = {};
  }
}

std::optional<Unused> ObjectTable::take_unused() {
  if (unused_ == 0) return {};
  for (std::size_t index = 1; index < end_; ++index) {
    Object& object = objects_[index];
    if (object.kind != Object::Kind::unused_file) continue;
    const Unused result{object.name, object.serial};
    object = {};
    --unused_;
    return result;
  }
  return {};
}

std::span<u32, ObjectTable::numbers> ObjectTable::list(Frame frame) const {
  return std::span<u32, numbers>(reinterpret_cast<u32*>(machine_.contents(frame).data()), numbers);
}

std::optional<Frame> ObjectTable::shared_frame(ObjectIndex index, u64 page) {
  Object& object = objects_[index];
  if (page >= object.pages) return {};
  const auto made = [&](u32& number) {
    if (number == 0)
      if (const auto frame = stock_.zeroed()) number = frame->number;
    return number != 0;
  };
  if (!made(object.root.number)) return {};
  u32& leaf = list(object.root)[page / numbers];
  if (!made(leaf)) return {};
  u32& frame = list({leaf})[page % numbers];
  if (!made(frame)) return {};
  return Frame{frame};
}

std::optional<Frame> ObjectTable::find_shared_frame(ObjectIndex index, u64 page) const {
  const Object& object = objects_[index];
  if (page >= object.pages || object.root.number == 0) return {};
  const u32 leaf = list(object.root)[page / numbers];
  if (leaf == 0) return {};
  const u32 frame = list({leaf})[page % numbers];
  if (frame == 0) return {};
  return Frame{frame};
}

void ObjectTable::drop_shared(Object& object) {
  shared_pages_ -= object.pages;
  if (object.root.number == 0) return;
  for (const u32 leaf : list(object.root)) {
    if (leaf == 0) continue;
    for (const u32 frame : list({leaf}))
      if (frame != 0) stock_.give_back({frame});
    stock_.give_back({leaf});
  }
  stock_.give_back(object.root);
}

}  // namespace memory
