// SPDX-License-Identifier: BSD-2-Clause
#pragma once

namespace contract {

/// A member function of an object, called without a type.
class EventHandler {
 public:
  EventHandler() = default;

  template <auto method, class Object>
  static EventHandler of(Object& object) {
    EventHandler handler;
    handler.object_ = &object;
    handler.function_ = [](void* target) { (static_cast<Object*>(target)->*method)(); };
    return handler;
  }
  void operator()() const {
    if (function_ != nullptr) function_(object_);
  }

 private:
  void* object_ = nullptr;
  void (*function_)(void*) = nullptr;
};

}  // namespace contract
